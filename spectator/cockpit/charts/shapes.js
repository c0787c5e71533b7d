// The few shapes that the figures are drawn with, in pixels.

import { html } from "../vendor/preact.js";

export const num = (value) => value.toFixed(1);
export const path = (points) => points.map((p, i) => `${i ? "L" : "M"}${num(p.x)} ${num(p.y)}`).join("");

/** A level line at `y`. */
export const Across = ({ kind, y, from, to }) =>
  html`<line class=${kind} x1=${num(from)} x2=${num(to)} y1=${num(y)} y2=${num(y)} />`;

/** An upright line at `x`. */
export const Upright = ({ kind, x, from, to }) =>
  html`<line class=${kind} x1=${num(x)} x2=${num(x)} y1=${num(from)} y2=${num(to)} />`;

export const Box = ({ kind, x0, x1, y0, y1, rx }) =>
  html`<rect class=${kind} x=${num(x0)} y=${num(y0)} width=${num(x1 - x0)} height=${num(y1 - y0)} rx=${rx} />`;

export const Dot = ({ kind, x, y, r }) => html`<circle class=${kind} cx=${num(x)} cy=${num(y)} r=${num(r)} />`;

/** `anchor` as SVG has it: start, middle, end. */
export const Word = ({ kind, x, y, anchor, children }) =>
  html`<text class=${kind} x=${num(x)} y=${num(y)} text-anchor=${anchor}>${children}</text>`;

/** The mark of a wicket, the same in every figure. */
export function Diamond({ x, y, r = 5, kind = "wicket" }) {
  return html`<path class=${`mark ${kind}`} d=${`M${num(x)} ${num(y - r)}l${r} ${r}l${-r} ${r}l${-r} ${-r}Z`} />`;
}
