// The ground seen from above: turf, rope, circle, pitch; and the paths of balls on it.

import { html } from "../vendor/preact.js";
import { Diamond, num } from "./figure.js";
import { BOUNDARY, CIRCLE, HALF_PITCH } from "./places.js";
import { strikerAt } from "./strokes.js";

const EXTENT = 76; // metres from the middle that are shown
const BANDS = [BOUNDARY + 4.5, BOUNDARY, 53, 40, 27, 14];

/** The plan of a ground of `size` pixels: `at` of a place in metres; `left` mirrors it for a left-hander. */
export function groundPlan(width, unit, left) {
  const size = Math.min(width, 40 * unit);
  const k = size / (2 * EXTENT);
  const [cx, cy] = [width / 2, size / 2];
  const at = ({ x, y }) => ({ x: cx + (left ? -x : x) * k, y: cy + y * k });
  return { size, k, cx, cy, at, unit, left };
}

export const groundHeight = ({ width, unit }) => Math.min(width, 40 * unit);

export function Ground({ plan }) {
  const { k, cx, cy, left } = plan;
  const ring = CIRCLE * k;
  const straight = HALF_PITCH * k;
  const circle = `M${num(cx - ring)} ${num(cy + straight)}V${num(cy - straight)}A${num(ring)} ${num(ring)} 0 0 1 ${num(cx + ring)} ${num(cy - straight)}V${num(cy + straight)}A${num(ring)} ${num(ring)} 0 0 1 ${num(cx - ring)} ${num(cy + straight)}Z`;
  return html`<g>
    ${BANDS.map((r, i) => html`<circle class=${i === 0 ? "verge" : `turf band${i % 2}`} cx=${cx} cy=${cy} r=${num(r * k)} />`)}
    <circle class="rope edge" cx=${cx} cy=${cy} r=${num(BOUNDARY * k)} />
    <circle class="rope" cx=${cx} cy=${cy} r=${num(BOUNDARY * k)} />
    <path class="circle" d=${circle} />
    <rect class="strip" x=${num(cx - 1.9 * k)} y=${num(cy - 11.6 * k)} width=${num(3.8 * k)} height=${num(23.2 * k)} rx="1" />
    ${[-1, 1].map((end) => html`<line class="crease" x1=${num(cx - 1.9 * k)} x2=${num(cx + 1.9 * k)} y1=${num(cy + end * 8.84 * k)} y2=${num(cy + end * 8.84 * k)} />`)}
    <text class="turf-text" x=${num(cx - 72 * k)} y=${num(cy - 68 * k)}>${left ? "leg side" : "off side"}</text>
    <text class="turf-text" x=${num(cx + 72 * k)} y=${num(cy - 68 * k)} text-anchor="end">${left ? "off side" : "leg side"}</text>
  </g>`;
}

/** A ball's way: on the ground a line, a six a bow; its end says what it was. */
export function Stroke({ plan, stroke, faint = false }) {
  const start = plan.at(strikerAt());
  const r = (faint ? 0.28 : 0.42) * plan.unit;
  if (stroke.to === null) return stroke.kind === "wicket" && !faint ? html`<${Diamond} ...${plan.at({ x: 0, y: -HALF_PITCH })} r=${r * 1.3} />` : null;
  const end = plan.at(stroke.to);
  const line = stroke.kind === "six" ? bow(start, end) : `M${num(start.x)} ${num(start.y)}L${num(end.x)} ${num(end.y)}`;
  return html`<g class=${`stroke ${stroke.kind} ${faint ? "faint" : ""}`}>
    <path class="under" d=${line} /><path class="way" d=${line} />
    ${stroke.kind === "caught" ? html`<${Diamond} ...${end} r=${r * 1.3} />` : html`<circle class="end" cx=${num(end.x)} cy=${num(end.y)} r=${num(r)} />`}
  </g>`;
}

function bow(a, b) {
  const [mx, my] = [(a.x + b.x) / 2, (a.y + b.y) / 2];
  const bend = 0.16 * Math.sign(b.x - a.x || 1);
  return `M${num(a.x)} ${num(a.y)}Q${num(mx + (b.y - a.y) * bend)} ${num(my - (b.x - a.x) * bend)} ${num(b.x)} ${num(b.y)}`;
}
