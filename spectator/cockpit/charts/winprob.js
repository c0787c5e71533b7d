// The home side's win probability through the match, with its wickets and turning points.

import { html, useState } from "../vendor/preact.js";
import { Panels, panelsOf, xOf } from "./axis.js";
import { storyOf, turningPoints } from "./derive.js";
import { Cursor, Empty, Figure, Plot, Read, noteUnless } from "./figure.js";
import { BOLD, fit } from "./letters.js";
import { inningsName, nameOf, percent, plural, points } from "./say.js";
import { momentText, rangeText } from "./moments.js";
import { Across, Diamond, Dot, Upright, Word, num, path } from "./shapes.js";

const EM_HIGH = 20;

/** `onJump(seq)` is told which ball was asked for. */
export function WinProb({ frame, events, onJump }) {
  const [at, setAt] = useState(null);
  const story = storyOf(frame, events);
  const turns = turningPoints(story.steps);
  const jump = (i) => story.steps[i].seq !== null && onJump?.(story.steps[i].seq);
  const [home, away] = ["home", "away"].map((seat) => nameOf(frame, seat));
  const said = (i) => `${ballSaid(story.steps[i])}, ${home} ${valueOf(story.steps[i])}`;
  if (story.steps.length === 0) {
    const text = `Win probability. No ball has been bowled.`;
    return html`<${Figure} kind="winprob" title="Win probability">
      <${Empty}>The first ball is still to come.</${Empty}>
      <${Plot} text=${text} height=${high} draw=${(box) => frameOf(frame, story, layout(frame, story, box))} />
      <${Turns} frame=${frame} story=${story} turns=${turns} />
    </${Figure}>`;
  }
  const shown = Math.min(at ?? story.steps.length - 1, story.steps.length - 1);
  return html`<${Figure}
    kind="winprob" title="Win probability" aside=${html`<${Chances} frame=${frame} now=${story.steps.at(-1).home} />`}
    table=${() => tableOf(frame, story)}
    note=${noteUnless(
      story.missing,
      `The line is ${home}’s chance after each ball: above the middle ${home} is ahead, below it ${away}. Diamonds are wickets.`,
    )}
  >
    <${Read} said=${ballSaid(story.steps[shown])} value=${valueOf(story.steps[shown])} />
    <${Plot}
      text=${inWords(frame, story, turns)} height=${high}
      draw=${(box) => drawing(frame, story, turns, layout(frame, story, box), shown)}
      over=${(box) => {
        const plan = layout(frame, story, box);
        return html`<${Cursor}
          label="Ball of the match" xs=${story.steps.map(plan.x)} at=${at} say=${said} onMove=${setAt} onJump=${jump}
        />`;
      }}
    />
    <${Turns} frame=${frame} story=${story} turns=${turns} onJump=${jump} />
  </${Figure}>`;
}

const high = ({ unit }) => EM_HIGH * unit;

function layout(frame, story, { width, height, unit }) {
  const [left, right, top, base] = [3.9 * unit, width - 0.8 * unit, 2 * unit, height - 3.4 * unit];
  const panels = panelsOf(frame, story, { left, right, gap: 0.6 * unit });
  return {
    unit, left, right, top, base, panels,
    x: (step) => xOf(panels, step.innings, step.balls),
    y: (home) => top + (base - top) * (1 - home),
  }; // prettier-ignore
}

const Chances = ({ frame, now }) => html`
  <span class="home">${nameOf(frame, "home")} ${percent(now)}</span>
  <span class="away">${nameOf(frame, "away")} ${percent(1 - now)}</span>
`;

function frameOf(frame, story, plan) {
  const { left, right, unit } = plan;
  return html`
    <${Panels} frame=${frame} ...${plan} />
    ${[0, 0.25, 0.5, 0.75, 1].map(
      (home) => html`<${Across} kind=${home === 0.5 ? "even" : "grid"} y=${plan.y(home)} from=${left} to=${right} />`,
    )}
    ${[0, 0.5, 1].map(
      (home) => html`<${Word} kind="quiet" x=${left - 0.6 * unit} y=${plan.y(home) + 0.35 * unit} anchor="end">${percent(home)}<//>`,
    )}
  `;
}

function drawing(frame, story, turns, plan, shown) {
  const { unit, left, x, y } = plan;
  const runs = story.innings.filter((innings) => innings.steps.length).map((innings) => line(innings, plan));
  const here = story.steps[shown];
  const name = (seat) => fit(nameOf(frame, seat), plan.right - left - unit, unit, BOLD);
  return html`
    ${frameOf(frame, story, plan)}
    ${runs.map((points) => areas(points, y(0.5)))}
    ${turns.map((turn) => html`<path class="swing" d=${path(swingLine(story, turn, plan))} />`)}
    ${runs.map((points) => html`<path class="curve" d=${path(points)} />`)}
    <${Word} kind="side home" x=${left + 0.6 * unit} y=${y(1) + 1.4 * unit}>${name("home")}<//>
    <${Word} kind="side away" x=${left + 0.6 * unit} y=${y(0) - 0.7 * unit}>${name("away")}<//>
    ${story.steps.filter((step) => step.wicket).map((step) => html`<${Diamond} x=${x(step)} y=${y(step.home)} r=${0.42 * unit} />`)}
    ${badges(story, turns, plan)}
    <${Upright} kind="hair" x=${x(here)} from=${plan.top} to=${plan.base} />
    <${Dot} kind="now" x=${x(here)} y=${y(here.home)} r=${0.5 * unit} />
  `;
}

function line(innings, { x, y, panels }) {
  const panel = panels.find((each) => each.innings === innings.innings);
  const before = innings.steps[0].before;
  const start = before === null ? [] : [{ x: panel.x0, y: y(before) }];
  return [...start, ...innings.steps.map((step) => ({ x: x(step), y: y(step.home) }))];
}

/** The space between the curve and the even line, above it the home side's, below it the other's. */
function areas(points, middle) {
  const whole = points.flatMap((point, i) => [...crossing(points[i - 1], point, middle), point]);
  const ends = [{ x: points.at(-1).x, y: middle }, { x: points[0].x, y: middle }];
  const side = (bound) => path([...whole.map((p) => ({ x: p.x, y: bound(p.y, middle) })), ...ends]);
  return html`<path class="area home" d=${`${side(Math.min)}Z`} /><path class="area away" d=${`${side(Math.max)}Z`} />`;
}

function crossing(a, b, middle) {
  if (!a || (a.y - middle) * (b.y - middle) >= 0) return [];
  return [{ x: a.x + ((b.x - a.x) * (middle - a.y)) / (b.y - a.y), y: middle }];
}

function swingLine(story, { from, to }, { x, y, panels }) {
  const first = story.steps[from];
  const previous = story.steps[from - 1];
  const panel = panels.find((each) => each.innings === first.innings);
  const begin = previous?.innings === first.innings ? x(previous) : panel.x0;
  const rest = story.steps.slice(from, to + 1).map((step) => ({ x: x(step), y: y(step.home) }));
  return [{ x: begin, y: y(first.before) }, ...rest];
}

/** Numbered badges on a rail above the plot, each tied to where its swing ended. */
function badges(story, turns, plan) {
  const { unit, top, right, x, y } = plan;
  const r = 0.72 * unit;
  const xs = spread(turns.map((turn) => x(story.steps[turn.to])), 2.3 * r, right - r);
  return turns.map((turn, i) => {
    const end = story.steps[turn.to];
    return html`<g>
      <path class="leader" d=${`M${num(xs[i])} ${top - unit + r}L${num(x(end))} ${num(y(end.home))}`} />
      <${Dot} kind="badge" x=${xs[i]} y=${top - unit} r=${r} />
      <${Word} kind="number" x=${xs[i]} y=${top - unit + 0.32 * unit} anchor="middle">${i + 1}<//>
    </g>`;
  });
}

/** Ascending `xs` moved apart to `least`, none beyond `right`. */
export function spread(xs, least, right) {
  const moved = [];
  for (const x of xs) moved.push(Math.max(x, (moved.at(-1) ?? -Infinity) + least));
  for (let i = moved.length - 1, bound = right; i >= 0; i -= 1, bound = moved[i + 1] - least) {
    moved[i] = Math.min(moved[i], bound);
  }
  return moved;
}

function Turns({ frame, story, turns, onJump }) {
  return html`<ol class="chart-turns" aria-label="Turning points">
    ${turns.map((turn, i) => {
      const steps = story.steps.slice(turn.from, turn.to + 1);
      const gained = turn.change > 0 ? "home" : "away";
      return html`<li>
        <button type="button" disabled=${steps.at(-1).seq === null} onClick=${() => onJump(turn.to)}>
          <span class="badge" aria-hidden="true">${i + 1}</span>
          <span class="when">${rangeText(steps)}</span>
          <span class="what">${momentText(steps)}</span>
          <span class=${`gain ${gained}`}>${points(Math.abs(turn.change), 0)} ${nameOf(frame, gained)}</span>
        </button>
      </li>`;
    })}
    ${turns.length === 0 && html`<li class="chart-empty">No swing of five points or more yet.</li>`}
  </ol>`;
}

const ballSaid = (step) => `${step.ball} · ${momentText([step])}`;

function valueOf(step) {
  const change = step.before === null ? "" : ` (${points(step.home - step.before)})`;
  return `${percent(step.home)}${change}`;
}

function inWords(frame, story, turns) {
  const home = nameOf(frame, "home");
  const chances = story.steps.map((step) => step.home);
  const now = story.steps.at(-1);
  const told = turns.map((turn) => {
    const steps = story.steps.slice(turn.from, turn.to + 1);
    const gained = nameOf(frame, turn.change > 0 ? "home" : "away");
    return `${rangeText(steps)}, ${momentText(steps)}, ${points(Math.abs(turn.change), 0)} for ${gained}`;
  });
  const wickets = story.steps.filter((step) => step.wicket).length;
  return (
    `${home}’s win probability, ball by ball. It is ${percent(now.home)} after ${now.ball} of the ` +
    `${inningsName(now.innings)}; it was between ${percent(Math.min(...chances))} and ${percent(Math.max(...chances))}. ` +
    `${plural(wickets, "wicket")} fell. ${told.length ? `Turning points: ${told.join("; ")}.` : "There is no turning point yet."}`
  );
}

function tableOf(frame, story) {
  return {
    head: ["Innings", "Ball", "What happened", nameOf(frame, "home"), "Change"],
    rows: story.steps.map((step) => [
      step.innings, step.ball, momentText([step]), percent(step.home),
      step.before === null ? "–" : points(step.home - step.before),
    ]), // prettier-ignore
  };
}
