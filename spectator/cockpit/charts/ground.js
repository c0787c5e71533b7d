// The ground seen from above: turf, rope, circle, pitch; and the paths of balls on it.

import { html } from "../vendor/preact.js";
import { Plot } from "./figure.js";
import { BOUNDARY, CIRCLE, HALF_PITCH } from "./places.js";
import { Across, Diamond, Dot, Word, num } from "./shapes.js";
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

/** The ground alone, while there is nothing to show on it. */
export const EmptyGround = ({ text }) => html`<${Plot}
  text=${text} height=${groundHeight} draw=${({ width, unit }) => html`<${Ground} plan=${groundPlan(width, unit, false)} />`}
/>`;

export function Ground({ plan }) {
  const { k, cx, cy, left } = plan;
  return html`<g>
    ${BANDS.map((r, i) => html`<${Dot} kind=${i === 0 ? "verge" : `turf band${i % 2}`} x=${cx} y=${cy} r=${r * k} />`)}
    <${Dot} kind="rope edge" x=${cx} y=${cy} r=${BOUNDARY * k} />
    <${Dot} kind="rope" x=${cx} y=${cy} r=${BOUNDARY * k} />
    <path class="circle" d=${circle(plan)} />
    <rect class="strip" x=${num(cx - 1.9 * k)} y=${num(cy - 11.6 * k)} width=${num(3.8 * k)} height=${num(23.2 * k)} rx="1" />
    ${[-1, 1].map((end) => html`<${Across} kind="crease" y=${cy + end * 8.84 * k} from=${cx - 1.9 * k} to=${cx + 1.9 * k} />`)}
    <${Word} kind="turf-text" x=${cx - 72 * k} y=${cy - 68 * k}>${left ? "leg side" : "off side"}<//>
    <${Word} kind="turf-text" x=${cx + 72 * k} y=${cy - 68 * k} anchor="end">${left ? "off side" : "leg side"}<//>
  </g>`;
}

/** Two half circles round the middle stumps, joined by straight lines. */
function circle({ k, cx, cy }) {
  const ring = num(CIRCLE * k);
  const [west, east] = [num(cx - CIRCLE * k), num(cx + CIRCLE * k)];
  const [north, south] = [num(cy - HALF_PITCH * k), num(cy + HALF_PITCH * k)];
  return `M${west} ${south}V${north}A${ring} ${ring} 0 0 1 ${east} ${north}V${south}A${ring} ${ring} 0 0 1 ${west} ${south}Z`;
}

/** A ball's way: on the ground a line, a six a bow; its end says what it was. */
export function Stroke({ plan, stroke, faint = false }) {
  const start = plan.at(strikerAt());
  const r = (faint ? 0.28 : 0.42) * plan.unit;
  if (stroke.to === null && stroke.kind !== "wicket") return null;
  if (stroke.to === null) return html`<${Diamond} ...${plan.at({ x: 0, y: -HALF_PITCH })} r=${r * 1.3} />`;
  const end = plan.at(stroke.to);
  const line = stroke.kind === "six" ? bow(start, end) : `M${num(start.x)} ${num(start.y)}L${num(end.x)} ${num(end.y)}`;
  return html`<g class=${`stroke ${stroke.kind} ${faint ? "faint" : ""}`}>
    <path class="under" d=${line} /><path class="way" d=${line} />
    ${stroke.kind === "caught" ? html`<${Diamond} ...${end} r=${r * 1.3} />` : html`<${Dot} kind="end" x=${end.x} y=${end.y} r=${r} />`}
  </g>`;
}

function bow(a, b) {
  const [mx, my] = [(a.x + b.x) / 2, (a.y + b.y) / 2];
  const bend = 0.16 * Math.sign(b.x - a.x || 1);
  return `M${num(a.x)} ${num(a.y)}Q${num(mx + (b.y - a.y) * bend)} ${num(my - (b.x - a.x) * bend)} ${num(b.x)} ${num(b.y)}`;
}
