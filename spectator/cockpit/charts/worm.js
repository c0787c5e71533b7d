// Both innings' runs against balls: the worm.

import { html } from "../vendor/preact.js";
import { overTicks } from "./axis.js";
import { powerplayBalls, progressOf, storyOf } from "./derive.js";
import { Figure, Plot, noteUnless } from "./figure.js";
import { usePair } from "./pairs.js";
import { inningsName, nameOf, overs, plural } from "./say.js";
import { Across, Box, Diamond, Dot, Upright, Word, num, path } from "./shapes.js";

const EM_HIGH = 21;
const LEAST_RUNS = 10;
const RUN_STEPS = [2, 5, 10, 20, 25, 50, 100];

export function Worm({ frame, events }) {
  const story = storyOf(frame, events);
  const { choice, innings } = usePair(story);
  const lines = innings.map((each) => ({ ...each, points: progressOf(each) }));
  const late = lines.some((each) => each.steps.some((step) => !step.data)) ? story.missing : 0;
  return html`<${Figure}
    kind="worm" title="Worm" aside=${choice}
    table=${() => tableOf(frame, lines)}
    note=${noteUnless(late, "Runs against overs; diamonds are wickets. In a chase the thin dots are the way that is left to the target.")}
  >
    <ul class="chart-legend lines">
      ${lines.map((each, i) => html`<${Key} frame=${frame} innings=${each} last=${i === lines.length - 1} />`)}
    </ul>
    <${Plot} text=${inWords(frame, lines)} height=${({ unit }) => EM_HIGH * unit} draw=${(box) => drawing(frame, lines, box)} />
  </${Figure}>`;
}

function layout(frame, lines, { width, height, unit }) {
  const [left, right, top, base] = [2.8 * unit, width - 1.2 * unit, 1.6 * unit, height - 2.2 * unit];
  const balls = lines[0]?.max_balls ?? frame.max_overs * 6;
  const target = lines.find((each) => each.target !== null)?.target ?? null;
  const highest = Math.max(LEAST_RUNS, target ?? 0, ...lines.map((each) => each.runs)) * 1.08;
  return {
    unit, left, right, top, base, balls, target, highest, width,
    x: (at) => left + ((right - left) * at) / Math.max(1, balls),
    y: (runs) => base - ((base - top) * runs) / highest,
  }; // prettier-ignore
}

function drawing(frame, lines, box) {
  const plan = layout(frame, lines, box);
  return html`
    <${Grid} ...${plan} powerplay=${powerplayBalls(frame.max_overs, lines[0]?.innings)} />
    ${plan.target !== null && html`<${Target} ...${plan} lines=${lines} />`}
    ${lines.map((each, i) => html`<${Line} ...${plan} innings=${each} last=${i === lines.length - 1} />`)}
  `;
}

function Grid({ left, right, top, base, balls, highest, unit, x, y, powerplay }) {
  const step = RUN_STEPS.find((each) => highest / each <= 6) ?? 200;
  const runs = Array.from({ length: Math.floor(highest / step) + 1 }, (_, i) => i * step);
  const end = x(Math.min(powerplay, balls));
  return html`
    <${Box} kind="panel" x0=${left} x1=${right} y0=${top} y1=${base} />
    ${powerplay > 0 && html`<${Box} kind="powerplay" x0=${left} x1=${end} y0=${top} y1=${base} />
      <${Upright} kind="split" x=${end} from=${top} to=${base} />
      <${Word} kind="quiet" x=${left} y=${top - 0.5 * unit}>powerplay<//>`}
    ${runs.map((each) => html`<${Across} kind="grid" y=${y(each)} from=${left} to=${right} />
      <${Word} kind="quiet" x=${left - 0.5 * unit} y=${y(each) + 0.35 * unit} anchor="end">${each}<//>`)}
    ${overTicks(0, balls, right - left, unit).map((over) => html`
      <${Upright} kind="tick" x=${x(over * 6)} from=${base} to=${base + 0.35 * unit} />
      <${Word} kind="quiet" x=${x(over * 6)} y=${base + 1.4 * unit} anchor="middle">${over}<//>`)}
  `;
}

/** The target, and the way that is left to it. */
function Target({ lines, left, right, unit, target, balls, x, y }) {
  const chase = lines.at(-1);
  const now = chase.points.at(-1);
  const open = !chase.complete && chase.target !== null && now.runs < target;
  const text = `target ${target}`;
  return html`
    <${Across} kind="target" y=${y(target)} from=${left} to=${right} />
    <${Word} kind="strong" x=${left} y=${y(target) - 0.45 * unit}>${text}<//>
    ${open && html`<line class="needed" x1=${num(x(now.balls))} y1=${num(y(now.runs))} x2=${num(x(balls))} y2=${num(y(target))} />`}
  `;
}

function Line({ innings, last, unit, x, y }) {
  const at = innings.points.map((point) => ({ x: x(point.balls), y: y(point.runs), fell: point.fell }));
  return html`<g class=${`run ${innings.batting} ${last ? "latest" : "earlier"}`}>
    <path class="worm-line" d=${path(at)} />
    ${at.filter((point) => point.fell).map((point) => html`<${Diamond} ...${point} r=${0.42 * unit} />`)}
    <${Dot} kind="end" x=${at.at(-1).x} y=${at.at(-1).y} r=${0.42 * unit} />
  </g>`;
}

/** Which line is whose, and how far it has come. */
function Key({ frame, innings, last }) {
  const kind = `run ${innings.batting} ${last ? "latest" : "earlier"}`;
  return html`<li>
    <svg width="30" height="12" viewBox="0 0 30 12" aria-hidden="true">
      <g class=${kind}><path class="worm-line" d="M1 6H26" /><circle class="end" cx="25" cy="6" r="4.5" /></g>
    </svg>
    <span class=${innings.batting}><b>${nameOf(frame, innings.batting)}</b></span>
    <span>${innings.runs}/${innings.wickets} <span class="quiet">${innings.overs} overs</span></span>
  </li>`;
}

function inWords(frame, lines) {
  if (lines.length === 0) return "Runs against balls. No innings has begun.";
  const told = lines.map(
    (each) =>
      `${nameOf(frame, each.batting)} ${each.runs} for ${each.wickets} after ${overs(each.legal_balls)} overs` +
      (each.target === null ? "" : `, target ${each.target}`),
  );
  return `Runs against balls. ${told.join("; ")}. ${compared(frame, lines)}`;
}

function compared(frame, [first, second]) {
  if (!second) return "";
  const then = first.points.filter((point) => point.balls <= second.legal_balls).at(-1);
  if (!then || first.points.length < 2) return "";
  const ahead = second.runs - then.runs;
  const who = nameOf(frame, second.batting);
  return ahead === 0 ? `${who} is level with the first innings at this point.`
    : `${who} is ${plural(Math.abs(ahead), "run")} ${ahead > 0 ? "ahead of" : "behind"} the first innings at this point.`; // prettier-ignore
}

function tableOf(frame, lines) {
  return {
    head: ["Innings", "Side", "Overs", "Runs", "Wickets"],
    rows: lines.flatMap((each) =>
      each.points
        .filter((point) => point.balls % 6 === 0 || point.fell || point === each.points.at(-1))
        .map((point) => [inningsName(each.innings), nameOf(frame, each.batting), overs(point.balls), point.runs, point.wickets]),
    ),
  };
}
