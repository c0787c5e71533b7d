// What chance has given the home side so far, as a running line.

import { html, useState } from "../vendor/preact.js";
import { Panels, panelsOf, xOf } from "./axis.js";
import { luckOf, storyOf } from "./derive.js";
import { Cursor, Empty, Figure, Plot, Read, noteUnless } from "./figure.js";
import { momentText } from "./moments.js";
import { BOLD, fit } from "./letters.js";
import { nameOf, otherSeat, points } from "./say.js";
import { Across, Dot, Upright, Word, path } from "./shapes.js";

const EM_HIGH = 16;
const LEAST_SPAN = 0.1;

export function Luck({ frame, events, onJump }) {
  const [at, setAt] = useState(null);
  const story = storyOf(frame, events);
  const luck = luckOf(frame, events);
  const shown = luck.points[Math.min(at ?? Infinity, luck.points.length - 1)];
  const plan = (box) => layout(frame, story, luck, box);
  const say = (i) => `${luck.points[i].ball}, ${momentText([luck.points[i]])}, ${valueOf(frame, luck.points[i])}`;
  return html`<${Figure}
    kind="luck" title="Luck" aside=${html`<span class=${favoured(luck.now)}>${whoseText(frame, luck.now)}</span>`}
    table=${() => tableOf(frame, luck)} note=${noteOf(frame, story, luck)}
  >
    ${shown && html`<${Read} said=${`${shown.ball} · ${momentText([shown])}`} value=${valueOf(frame, shown)} />`}
    ${!shown && html`<${Empty}>The first ball is still to come.<//>`}
    <${Plot}
      text=${inWords(frame, luck)} height=${({ unit }) => EM_HIGH * unit} draw=${(box) => drawing(frame, luck, plan(box), shown)}
      over=${(box) => shown && html`<${Cursor}
        label="Ball of the match" xs=${luck.points.map(plan(box).x)} at=${at} say=${say} onMove=${setAt}
        onJump=${(i) => onJump?.(luck.points[i].seq)}
      />`}
    />
  </${Figure}>`;
}

const whoseText = (frame, luck) => `${nameOf(frame, favoured(luck))} ${points(Math.abs(luck))}`;
const favoured = (luck) => (luck >= 0 ? "home" : "away");

function layout(frame, story, luck, { width, height, unit }) {
  const [left, right, top, base] = [3.9 * unit, width - 0.8 * unit, 0.8 * unit, height - 3.4 * unit];
  const all = [luck.start, ...luck.points.map((point) => point.luck)];
  const span = Math.max(LEAST_SPAN, ...all.map(Math.abs)) * 1.12;
  const panels = panelsOf(frame, story, { left, right, gap: 0.6 * unit });
  return {
    unit, left, right, top, base, panels, span,
    x: (point) => xOf(panels, point.innings, point.balls),
    y: (value) => top + ((base - top) * (1 - value / span)) / 2,
  }; // prettier-ignore
}

function drawing(frame, luck, plan, shown) {
  const { unit, left, right, x, y, span } = plan;
  const step = [0.05, 0.1, 0.2, 0.5, 1].find((each) => span / each < 3) ?? 2;
  const first = luck.points[0];
  const name = (seat) => fit(nameOf(frame, seat), right - left - unit, unit, BOLD);
  const panel = first && plan.panels.find((each) => each.innings === first.innings);
  const begin = first && luck.whole ? [{ x: panel.x0, y: y(luck.start) }] : [];
  const steps = first ? stairs([...begin, ...luck.points.map((p) => ({ x: x(p), y: y(p.luck) }))]) : [];
  return html`
    <${Panels} frame=${frame} ...${plan} />
    ${[-step, 0, step].map((value) => html`
      <${Across} kind=${value === 0 ? "even" : "grid"} y=${y(value)} from=${left} to=${right} />
      <${Word} kind="quiet" x=${left - 0.6 * unit} y=${y(value) + 0.35 * unit} anchor="end">${points(value, 0)}<//>`)}
    ${steps.length > 0 && halves(steps, y(0))}
    <path class="curve" d=${path(steps)} />
    <${Word} kind="side home" x=${left + 0.6 * unit} y=${plan.top + 1.3 * unit}>${name("home")}<//>
    <${Word} kind="side away" x=${left + 0.6 * unit} y=${plan.base - 0.6 * unit}>${name("away")}<//>
    ${shown && html`<${Upright} kind="hair" x=${x(shown)} from=${plan.top} to=${plan.base} />
      <${Dot} kind="now" x=${x(shown)} y=${y(shown.luck)} r=${0.45 * unit} />`}
  `;
}

/** Luck stays as it is until the next draw. */
const stairs = (at) => at.flatMap((point, i) => (i ? [{ x: point.x, y: at[i - 1].y }, point] : [point]));

function halves(steps, zero) {
  const side = (bound) => {
    const rim = steps.map((p) => ({ x: p.x, y: bound(p.y, zero) }));
    return `${path([...rim, { x: steps.at(-1).x, y: zero }, { x: steps[0].x, y: zero }])}Z`;
  };
  return html`<path class="area home" d=${side(Math.min)} /><path class="area away" d=${side(Math.max)} />`;
}

function valueOf(frame, point) {
  return `${points(Math.abs(point.change))} ${nameOf(frame, favoured(point.change))}`;
}

function noteOf(frame, story, luck) {
  const home = nameOf(frame, "home");
  const whole = frame.result ? ` With the squads and the day that were drawn before it: ${points(frame.result.luck)} for ${home}.` : "";
  const toss = luck.toss === 0 ? "" : ` The toss: ${points(luck.toss)}.`;
  return noteUnless(
    story.missing,
    `What each draw gave against what it was worth on average, in points of win probability: ` +
    `up for ${home}, down for ${nameOf(frame, "away")}. A captain’s choices are no luck.${toss}${whole}`,
  );
}

function inWords(frame, luck) {
  const [most, least] = [Math.max, Math.min].map((pick) => pick(0, luck.start, ...luck.points.map((point) => point.luck)));
  const who = favoured(luck.now);
  return (
    `Luck so far, in points of win probability: ${points(Math.abs(luck.now))} for ${nameOf(frame, who)}, ` +
    `against ${nameOf(frame, otherSeat(who))}. For ${nameOf(frame, "home")} it was between ${points(least)} and ${points(most)}.`
  );
}

function tableOf(frame, luck) {
  return {
    head: ["Innings", "Ball", "What happened", `Luck of ${nameOf(frame, "home")}`, "So far"],
    rows: luck.points.map((p) => [p.innings, p.ball, momentText([p]), points(p.change), points(p.luck)]),
  };
}
