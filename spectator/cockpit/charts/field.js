// The field as it was set for the shown ball, where it pitched, and where it is drawn to have gone.

import { html } from "../vendor/preact.js";
import { handOf } from "./book.js";
import { outsideAllowed } from "./derive.js";
import { Empty, Figure, Plot, Read } from "./figure.js";
import { EmptyGround, Ground, Stroke, groundHeight, groundPlan } from "./ground.js";
import { placed } from "./labels.js";
import { momentText } from "./moments.js";
import { Pitch } from "./pitch.js";
import { bowlerAt, fieldersOf, isInside, keeperAt } from "./places.js";
import { nameOf, otherSeat, plain, plural } from "./say.js";
import { Dot, Word, num } from "./shapes.js";
import { strikerAt, strokeOf } from "./strokes.js";
import { ballOf, extrasOf } from "../reducer.js";

/** `at` is the shown delivery's event; without one, the last of `events`. */
export function Field({ frame, events, at }) {
  const shown = at ?? events.findLast((event) => event.type === "delivery") ?? null;
  if (shown === null) {
    return html`<${Figure} kind="field" title="Field">
      <${Empty}>The field is told with the ball that it was set for. The first one is still to come.</${Empty}>
      <div class="chart-ground">
        <${EmptyGround} text="The ground. No ball has been bowled." />
        <${Pitch} over=${[]} left=${false} />
      </div>
    </${Figure}>`;
  }
  const set = setFor(frame, events, shown);
  return html`<${Figure} kind="field" title="Field" aside=${asideOf(set)} note=${noteOf(set)} table=${() => tableOf(set)}>
    <${Read} ...${readOf(shown)} />
    <div class="chart-ground">
      <${Plot} text=${inWords(set, shown)} height=${groundHeight} draw=${(box) => drawing(set, box)} />
      <${Pitch} over=${overOf(events, shown)} left=${set.left} />
    </div>
    <${Legend} side=${otherSeat(shown.data.batting)} fielding=${nameOf(frame, otherSeat(shown.data.batting))} />
  </${Figure}>`;
}

/** The balls of the shown one's over up to it. */
function overOf(events, { seq, data }) {
  const same = (event) => event.data.innings === data.innings && event.data.over === data.over;
  return events.filter((event) => event.type === "delivery" && event.seq <= seq && same(event));
}

function setFor(frame, events, shown) {
  const { data } = shown;
  const extras = extrasOf(data.outcome);
  const counted = extras.has("wd") || extras.has("nb") ? 0 : 1;
  const allowed = outsideAllowed(frame.max_overs, data.innings, data.score.legal_balls - counted);
  const hand = handOf(events, data.batting, data.striker);
  const pace = bowlsPace(events, data);
  const fielders = fieldersOf(data.field, allowed);
  const all = [...fielders, keeperAt(pace), bowlerAt()];
  return {
    data, allowed, hand, fielders, left: hand === "left", side: otherSeat(data.batting), all,
    outside: fielders.filter((each) => !isInside(each)).length,
    stroke: strokeOf(shown, all),
  }; // prettier-ignore
}

const SPIN = new Set(["off_spin", "leg_spin", "left_orthodox", "left_wrist_spin"]);

/** Where his kind isn't known, the keeper stands back. */
function bowlsPace(events, data) {
  const squad = events.find((event) => event.type === "episode.started")?.data.squads[data.batting === "home" ? 1 : 0];
  return !SPIN.has(squad?.players?.find((player) => player.name === data.bowler)?.bowls);
}

function drawing(set, { width, height, unit }) {
  const plan = groundPlan(width, unit, set.left);
  const r = Math.max(4, Math.min(0.5 * unit, 1.9 * plan.k));
  const people = set.all.map((each) => ({ ...plan.at(each), r, text: each.name, name: each.name }));
  const [striker, other] = [plan.at(strikerAt()), plan.at({ x: -2.6, y: 9.2 })];
  const small = 0.92 * unit;
  const busy = [{ ...striker, r }, { ...other, r }, ...way(striker, set.stroke.to && plan.at(set.stroke.to))];
  const labelled = placed(people, busy, { width, height, unit: small });
  return html`
    <${Ground} plan=${plan} />
    ${labelled.map((each) => html`<${Fielder} ...${each} side=${set.side} />`)}
    <${Stroke} plan=${plan} stroke=${set.stroke} />
    <rect class="batter" x=${num(striker.x - r * 0.8)} y=${num(striker.y - r * 0.8)} width=${num(1.6 * r)} height=${num(1.6 * r)} />
    <rect class="batter other" x=${num(other.x - r * 0.8)} y=${num(other.y - r * 0.8)} width=${num(1.6 * r)} height=${num(1.6 * r)} />
  `;
}

/** Points along the ball's way, for labels to keep off. */
function way(from, to) {
  const steps = to ? Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / 6) : 0;
  return Array.from({ length: steps }, (_, i) => {
    const share = (i + 1) / steps;
    return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share, r: 3 };
  });
}

function Fielder({ x, y, r, name, label, side }) {
  const kind = name === "keeper" || name === "bowler" ? name : "";
  return html`<g class=${`fielder ${side} ${kind}`}>
    <circle cx=${num(x)} cy=${num(y)} r=${num(r)} />
    ${kind === "bowler" && html`<${Dot} kind="inner" x=${x} y=${y} r=${r * 0.4} />`}
    ${label && html`<${Word} kind="place" x=${label.x} y=${label.y}>${name}<//>`}
  </g>`;
}

function Legend({ side, fielding }) {
  const swatch = (draw) => html`<svg width="22" height="14" viewBox="0 0 22 14" aria-hidden="true">${draw}</svg>`;
  return html`<ul class="chart-legend">
    <li>${swatch(html`<g class=${`fielder ${side}`}><circle cx="11" cy="7" r="5" /></g>`)} ${fielding}’s fielder</li>
    <li>${swatch(html`<g class=${`fielder keeper ${side}`}><circle cx="11" cy="7" r="4.5" /></g>`)} keeper</li>
    <li>${swatch(html`<rect class="batter" x="6.5" y="2.5" width="9" height="9" />`)} striker</li>
    <li>${swatch(html`<rect class="batter other" x="6.5" y="2.5" width="9" height="9" />`)} non-striker</li>
    <li>
      ${swatch(html`<g class="stroke run"><path class="way" d="M2 7H17" /><${Dot} kind="end" x=${17} y=${7} r=${3.5} /></g>`)}
      the ball, drawn
    </li>
  </ul>`;
}

const asideOf = ({ data, outside }) => html`<b>${plain(data.field)} field</b> <span class="quiet">${outside} outside the circle</span>`;

function readOf({ data }) {
  const value = momentText([{ ...ballOf(data), data }]);
  return { said: `${data.ball} · ${data.bowler} to ${data.striker}`, value };
}

function noteOf({ hand }) {
  const view = hand ? `for the ${hand}-handed batter` : "for a right-hander, as the batter’s hand is not known here";
  return (
    `An illustration, ${view}. The named field, its length and its line are data; where fielders stand in it, and where ` +
    "the ball went, are drawn from the shot and the runs."
  );
}

function whereText(stroke) {
  switch (stroke.kind) {
    case "four": return "The ball is drawn to the boundary.";
    case "six": return "The ball is drawn over the boundary.";
    case "caught": return `The catch is drawn at ${stroke.to.name}.`;
    case "run": return "The ball is drawn into the field.";
    case "extra": return "The ball is drawn past the keeper.";
    default: return "";
  } // prettier-ignore
}

function inWords({ data, fielders, allowed, outside, hand, stroke }, { data: ball }) {
  return (
    `The ${plain(data.field)} field seen from above, set for ${ball.ball}, to a ${hand ?? "right"}-hander: ` +
    `${fielders.map((each) => each.name).join(", ")}, keeper and bowler. ${plural(outside, "fielder")} outside the circle, ` +
    `${allowed} allowed. ${whereText(stroke)} Places are an illustration.`
  );
}

function tableOf({ data, all, hand }) {
  const side = (x) => (Math.abs(x) < 3 ? "straight" : x < 0 ? "off side" : "leg side");
  const rows = all.map((each) => [each.name, side(each.x), isInside(each) ? "inside" : "outside"]);
  const ball = [["field", plain(data.field)], ["length", data.length], ["line", plain(data.line)], ["variation", plain(data.variation)],
    ["shot", plain(data.shot)], ["batter", hand ? `${hand}-handed` : "hand not known"]]; // prettier-ignore
  return { head: ["What", "Side or value", "Circle"], rows: [...ball.map(([name, value]) => [name, value, "–"]), ...rows] };
}
