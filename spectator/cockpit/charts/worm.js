// Both innings' runs against balls: the worm.

import { html } from "../vendor/preact.js";
import { overTicks } from "./axis.js";
import { powerplayBalls, progressOf, storyOf } from "./derive.js";
import { Choice, Diamond, Figure, Plot, lateNote, num, path } from "./figure.js";
import { usePair } from "./pairs.js";
import { fit, inningsName, nameOf, overs, plural, widthOf } from "./say.js";

const EM_HIGH = 21;
const LEAST_RUNS = 10;
const RUN_STEPS = [2, 5, 10, 20, 25, 50, 100];

export function Worm({ frame, events }) {
  const story = storyOf(frame, events);
  const { pair, options, choose, innings } = usePair(story);
  const lines = innings.map((each) => ({ ...each, points: progressOf(each) }));
  const late = lines.some((each) => each.steps.some((step) => !step.data)) ? story.missing : 0;
  return html`<${Figure}
    kind="worm" title="Worm" aside=${html`<${Choice} label="Part of the match" options=${options} value=${pair} onChange=${choose} />`}
    table=${() => tableOf(frame, lines)}
    note=${`${lateNote(late)}Runs against balls; diamonds are wickets. The thick line is the innings in progress or the last one.`}
  >
    <${Plot} text=${inWords(frame, lines)} height=${({ unit }) => EM_HIGH * unit} draw=${(box) => drawing(frame, lines, box)} />
  </${Figure}>`;
}

function layout(frame, lines, { width, height, unit }) {
  const [left, right, top, base] = [2.8 * unit, width - 1.2 * unit, 1.4 * unit, height - 2.2 * unit];
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
    ${endLabels(frame, lines, plan)}
  `;
}

function Grid({ left, right, top, base, balls, highest, unit, x, y, powerplay }) {
  const step = RUN_STEPS.find((each) => highest / each <= 6) ?? 200;
  const runs = Array.from({ length: Math.floor(highest / step) + 1 }, (_, i) => i * step);
  const end = x(Math.min(powerplay, balls));
  const label = fit("powerplay", end - left - 0.8 * unit, unit);
  return html`
    <rect class="panel" x=${left} y=${top} width=${num(right - left)} height=${num(base - top)} />
    ${powerplay > 0 && html`<rect class="powerplay" x=${left} y=${top} width=${num(end - left)} height=${num(base - top)} />
      <line class="split" x1=${num(end)} x2=${num(end)} y1=${top} y2=${base} />
      ${label.length > 2 && html`<text class="quiet" x=${left + 0.5 * unit} y=${top + 1.2 * unit}>${label}</text>`}`}
    ${runs.map((each) => html`<line class="grid" x1=${left} x2=${right} y1=${num(y(each))} y2=${num(y(each))} />
      <text class="quiet" x=${left - 0.5 * unit} y=${num(y(each) + 0.35 * unit)} text-anchor="end">${each}</text>`)}
    ${overTicks(0, balls, right - left, unit).map((over) => html`<line class="tick" x1=${num(x(over * 6))} x2=${num(x(over * 6))} y1=${base} y2=${base + 0.35 * unit} />
      <text class="quiet" x=${num(x(over * 6))} y=${base + 1.4 * unit} text-anchor="middle">${over}</text>`)}
  `;
}

/** The target, and the way that is left to it. */
function Target({ lines, left, right, unit, target, balls, x, y }) {
  const chase = lines.at(-1);
  const now = chase.points.at(-1);
  const open = !chase.complete && chase.target !== null && now.runs < target;
  const text = `target ${target}`;
  return html`
    <line class="target" x1=${left} x2=${right} y1=${num(y(target))} y2=${num(y(target))} />
    <text class="strong halo" x=${num(right - widthOf(text, unit))} y=${num(y(target) - 0.45 * unit)}>${text}</text>
    ${open && html`<line class="needed" x1=${num(x(now.balls))} y1=${num(y(now.runs))} x2=${num(x(balls))} y2=${num(y(target))} />`}
  `;
}

function Line({ innings, last, unit, x, y }) {
  const at = innings.points.map((point) => ({ x: x(point.balls), y: y(point.runs), fell: point.fell }));
  return html`<g class=${`run ${innings.batting} ${last ? "latest" : "earlier"}`}>
    <path class="worm-line" d=${path(at)} />
    ${at.filter((point) => point.fell).map((point) => html`<${Diamond} ...${point} r=${0.42 * unit} kind=${`wicket ${innings.batting}`} />`)}
    <circle class="end" cx=${num(at.at(-1).x)} cy=${num(at.at(-1).y)} r=${0.42 * unit} />
  </g>`;
}

/** Who and how many, beside the end of each line, one above the other where they would meet. */
function endLabels(frame, lines, { unit, left, right, top, base, x, y }) {
  const placed = [];
  for (const innings of [...lines].reverse()) {
    const end = innings.points.at(-1);
    const text = `${nameOf(frame, innings.batting)} ${innings.runs}/${innings.wickets}`;
    const wide = Math.min(widthOf(text, unit), right - left);
    const at = { x: Math.max(left + 0.4 * unit, Math.min(x(end.balls) - wide - unit, right - wide)), y: y(end.runs) - 0.3 * unit, wide };
    if (at.x < x(end.balls) - wide - 0.8 * unit === false) at.y -= 0.9 * unit;
    const meets = (other) => Math.abs(other.y - at.y) < 1.4 * unit && at.x < other.x + other.wide && other.x < at.x + wide;
    for (let turn = 0; turn < 8 && placed.some(meets); turn += 1) at.y += 1.5 * unit;
    if (at.y > base - 0.3 * unit) at.y = Math.max(top + unit, Math.min(...placed.map((other) => other.y)) - 1.5 * unit);
    placed.push({ ...at, text: fit(text, wide + unit, unit), batting: innings.batting });
  }
  return placed.map((label) => html`<text class=${`side halo ${label.batting}`} x=${num(label.x)} y=${num(label.y)}>${label.text}</text>`);
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
