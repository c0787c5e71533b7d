// The pitch map: line and length of the shown ball and of those before it in the over.

import { html } from "../vendor/preact.js";
import { Plot } from "./figure.js";
import { plain } from "./say.js";
import { Across, Box, Dot, Word } from "./shapes.js";
import { dice } from "./strokes.js";
import { ballOf } from "../reducer.js";

// From the striker's stumps down the pitch; heights of the zones in letters.
const LENGTHS = [["yorker", 3], ["full", 4.6], ["good", 4.6], ["short", 6.4]]; // prettier-ignore
const LINES = [["wide_off", 1.1], ["off", 0.95], ["stumps", 1.25], ["leg", 0.9]]; // for a right-hander, from the left, and how wide
const WIDEST_EM = 21;
const HEAD_EM = 3.4;
const HIGH_EM = HEAD_EM + LENGTHS.reduce((sum, [, high]) => sum + high, 0) + 2.2;

/** `over` are the deliveries of an over so far; the last one is the shown one. */
export function Pitch({ over, left }) {
  const last = over.at(-1)?.data ?? null;
  return html`<div class="chart-pitch">
    <${Plot} text=${inWords(over)} height=${({ unit }) => HIGH_EM * unit} draw=${(box) => drawing(over, left, box)} />
    <p class="chart-ball">${last && html`<b>${last.length}, ${plain(last.line)}</b> <span class="quiet">${howText(last)}</span>`}</p>
  </div>`;
}

function inWords(over) {
  if (over.length === 0) return "Pitch map. No ball has been bowled.";
  const told = over.map(({ data }) => `${data.length}, ${plain(data.line)}`);
  const { data } = over.at(-1);
  return `Pitch map. The ball was ${told.pop()}, ${plain(data.variation)}. Earlier in the over: ${told.join("; ") || "none"}.`;
}

function howText({ variation, shot }) {
  const ball = variation === "stock" ? "stock ball" : plain(variation);
  return `${ball}, ${shot === "on_merit" ? "played on merit" : `shot: ${plain(shot)}`}`;
}

function layout(left, { width, unit }) {
  const label = 3.5 * unit;
  const room = Math.min(width, WIDEST_EM * unit) - label;
  const x0 = (width - room - label) / 2 + label;
  const whole = LINES.reduce((sum, [, wide]) => sum + wide, 0);
  let y = HEAD_EM * unit;
  const rows = LENGTHS.map(([name, high]) => ({ name, y0: y, y1: (y += high * unit) }));
  const lines = left ? [...LINES].reverse() : LINES;
  let x = x0;
  const columns = lines.map(([name, wide]) => ({ name, x0: x, x1: (x += (room * wide) / whole) }));
  return { unit, rows, columns, x0, x1: x0 + room, y0: HEAD_EM * unit, y1: y };
}

function drawing(over, left, box) {
  const plan = layout(left, box);
  const { unit, rows, columns, x0, x1, y0, y1 } = plan;
  const stumps = columns.find((each) => each.name === "stumps");
  const middle = (stumps.x0 + stumps.x1) / 2;
  return html`
    <${Box} kind="strip" x0=${x0} x1=${x1} y0=${1.6 * unit} y1=${y1} rx="3" />
    ${rows.map((row, i) => html`
      ${i % 2 === 1 && html`<${Box} kind="zone" x0=${x0} x1=${x1} ...${row} />`}
      <${Word} kind="quiet" x=${x0 - 0.5 * unit} y=${(row.y0 + row.y1) / 2 + 0.35 * unit} anchor="end">${row.name}<//>`)}
    <${Box} kind="channel" ...${stumps} y0=${y0} y1=${y1} />
    <${Across} kind="crease" y=${y0} from=${x0} to=${x1} />
    ${[-0.62, 0, 0.62].map((i) => html`
      <${Box} kind="stump" x0=${middle + (i - 0.17) * unit} x1=${middle + (i + 0.17) * unit} y0=${1.9 * unit} y1=${3.1 * unit} rx="1" />`)}
    ${columns.map((each) => html`<${Word} kind="quiet" x=${(each.x0 + each.x1) / 2} y=${y1 + 1.3 * unit} anchor="middle">
      ${short(each.name, each.x1 - each.x0, unit)}
    <//>`)}
    ${over.map((event, i) => html`<${Ball} event=${event} plan=${plan} last=${i === over.length - 1} />`)}
  `;
}

const short = (line, width, unit) => (line === "wide_off" && width < 4.6 * unit ? "wide" : plain(line));

function Ball({ event, plan, last }) {
  const { unit, rows, columns } = plan;
  const row = rows.find((each) => each.name === event.data.length);
  const column = columns.find((each) => each.name === event.data.line);
  if (!row || !column) return null;
  const r = (last ? 0.95 : 0.7) * unit;
  const within = (low, high, share) => low + r + 1 + (high - low - 2 * r - 2) * share;
  const x = within(column.x0, column.x1, dice(event.seq, 5));
  const y = within(row.y0, row.y1, dice(event.seq, 6));
  const { glyph, kind } = ballOf(event.data);
  return html`<g class=${`pitched ${kind} ${last ? "last" : ""}`}>
    ${last && html`<${Dot} kind="ring" x=${x} y=${y} r=${r + 0.35 * unit} />`}
    <${Dot} kind="dot" x=${x} y=${y} r=${r} />
    ${(last || glyph.length === 1) && html`<${Word} kind="glyph" x=${x} y=${y + 0.35 * unit} anchor="middle">
      ${glyph.slice(0, 2)}
    <//>`}
  </g>`;
}
