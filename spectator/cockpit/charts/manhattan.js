// Runs an over as bars, with the wickets on top; both innings on one scale, one below the other.

import { html } from "../vendor/preact.js";
import { overTicks } from "./axis.js";
import { oversOf, powerplayBalls, storyOf } from "./derive.js";
import { Figure, Plot } from "./figure.js";
import { usePair } from "./pairs.js";
import { BOLD, fit } from "./letters.js";
import { inningsName, nameOf, plural } from "./say.js";
import { Across, Box, Diamond, Upright, Word, num } from "./shapes.js";

const EM_ROW = 10;
const LEAST_RUNS = 12;
const MOST_STACKED = 3;
const LEAST_MARK = 3.2;

export function Manhattan({ frame, events }) {
  const story = storyOf(frame, events);
  const { choice, innings } = usePair(story);
  const rows = innings.map((each) => ({ ...each, sums: oversOf(each) }));
  return html`<${Figure}
    kind="manhattan" title="Manhattan" aside=${choice}
    table=${() => tableOf(frame, rows)}
    note="Runs an over, both innings on one scale; a diamond is a wicket, the darker band the powerplay. An over in progress is hatched."
  >
    <${Plot} text=${inWords(frame, rows)} height=${({ unit }) => (2 * EM_ROW + 1) * unit} draw=${(box) => drawing(frame, rows, box)} />
  </${Figure}>`;
}

function drawing(frame, rows, { width, unit }) {
  const all = rows.flatMap((row) => row.sums);
  const most = Math.max(LEAST_RUNS, ...all.map((over) => over.runs));
  const highest = Math.max(...all.map((over) => over.runs + 0.14 * most * Math.min(over.wickets, MOST_STACKED)), 1.04 * most);
  const overs = (rows[0]?.max_balls ?? frame.max_overs * 6) / 6;
  const plan = { width, unit, highest, overs: Math.max(1, overs), left: 2 * unit, right: width - 0.4 * unit };
  return html`
    <defs><pattern id="chart-hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect class="hatch" width="2.6" height="5" />
    </pattern></defs>
    ${[0, 1].map((i) => html`<${Row} frame=${frame} row=${rows[i] ?? null} top=${i * (EM_ROW + 0.5) * unit} plan=${plan} />`)}
  `;
}

function Row({ frame, row, top, plan }) {
  const { unit, left, right, highest, overs, width } = plan;
  const [roof, base] = [top + 1.9 * unit, top + (EM_ROW - 1.4) * unit];
  const slot = (right - left) / overs;
  const y = (runs) => base - ((base - roof) * runs) / highest;
  const end = left + (slot * powerplayBalls(frame.max_overs, row?.innings)) / 6;
  const step = highest > 30 ? 20 : 10;
  return html`<g>
    <${Box} kind="panel" x0=${left} x1=${right} y0=${roof} y1=${base} />
    ${end > left && html`<${Box} kind="powerplay" x0=${left} x1=${end} y0=${roof} y1=${base} />
      <${Upright} kind="split" x=${end} from=${roof} to=${base} />`}
    ${[0, step, 2 * step].filter((runs) => runs <= highest).map((runs) => html`
      <${Across} kind="grid" y=${y(runs)} from=${left} to=${right} />
      <${Word} kind="quiet" x=${left - 0.5 * unit} y=${y(runs) + 0.35 * unit} anchor="end">${runs}<//>`)}
    ${overTicks(0, overs * 6, right - left, unit).map((over) => html`
      <${Word} kind="quiet" x=${left + slot * (over - 0.5)} y=${base + 1.3 * unit} anchor="middle">${over}<//>`)}
    ${row && html`<${Word} kind=${`side ${row.batting}`} x=${left} y=${top + 1.2 * unit}>
      ${fit(nameOf(frame, row.batting), width - left - 6 * unit, unit, BOLD)} ${row.runs}/${row.wickets}<//>`}
    ${row?.sums.map(
      (over) => html`<${Bar} over=${over} side=${row.batting} x=${left + slot * over.over} ...${{ slot, y, unit }} />`,
    )}
    ${row?.sums.length === 0 && row.legal_balls > 0 && html`<${Word} kind="quiet" x=${(left + right) / 2} y=${(roof + base) / 2} anchor="middle">
      played before the match began
    <//>`}
    ${!row && html`<${Word} kind="quiet" x=${left} y=${top + 1.2 * unit}>to come<//>`}
  </g>`;
}

function Bar({ over, side, x, slot, y, unit }) {
  const pad = Math.min(0.3 * unit, 0.14 * slot);
  const height = Math.max(1, y(0) - y(over.runs));
  const r = Math.max(LEAST_MARK, Math.min(0.4 * unit, 0.46 * slot));
  const middle = x + slot / 2;
  const inside = slot >= 2 * unit && height >= 1.5 * unit;
  const stacked = Array.from({ length: Math.min(over.wickets, MOST_STACKED) }, (_, i) => y(over.runs) - (2.2 * i + 1.3) * r - 1);
  const box = { x: num(x + pad), y: num(y(0) - height), width: num(slot - 2 * pad), height: num(height) };
  return html`<g class=${`bar ${side} ${over.complete ? "" : "partial"}`}>
    <rect class="runs" ...${box} />
    ${!over.complete && html`<rect fill="url(#chart-hatch)" ...${box} />`}
    ${inside && html`<${Word} kind=${over.complete ? "on-bar" : "strong halo"} x=${middle} y=${y(over.runs) + 1.15 * unit} anchor="middle">
      ${over.runs}
    <//>`}
    ${stacked.map((at) => html`<${Diamond} x=${middle} y=${at} r=${r} />`)}
  </g>`;
}

function inWords(frame, rows) {
  if (rows.length === 0) return "Runs an over. No innings has begun.";
  const told = rows.map((row) => {
    const best = row.sums.reduce((most, over) => (over.runs > (most?.runs ?? -1) ? over : most), null);
    const most = best ? `the most ${best.runs} in over ${best.over + 1}` : "no over yet";
    return `${nameOf(frame, row.batting)}: ${plural(row.runs, "run")} in ${plural(row.sums.length, "over")}, ${most}`;
  });
  return `Runs an over. ${told.join("; ")}.`;
}

function tableOf(frame, rows) {
  return {
    head: ["Innings", "Over", "Bowler", "Runs", "Wickets"],
    rows: rows.flatMap((row) =>
      row.sums.map((over) => [
        `${inningsName(row.innings)}, ${nameOf(frame, row.batting)}`,
        over.complete ? over.over + 1 : `${over.over + 1}, in progress`, over.bowler, over.runs, over.wickets,
      ]), // prettier-ignore
    ),
  };
}
