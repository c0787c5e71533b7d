// Puts labels beside dots so that none lies on another or on a dot. Pure.

import { widthOf } from "./letters.js";

/**
 * `dots` are `{x, y, r, text}`, `others` what labels keep off, `{x, y, r}`. Each dot comes back with `label` `{x, y}` (the
 * text's start and base line), null where there is no room. Labels lean to the middle of the box.
 */
export function placed(dots, others, { width, height, unit }) {
  const taken = [...dots, ...others].map((dot) => boxOf(dot.x - dot.r, dot.y - dot.r, 2 * dot.r, 2 * dot.r));
  return dots.map((dot) => {
    const wide = widthOf(dot.text, unit);
    const far = ({ x, y }) => Math.hypot(x + wide / 2 - width / 2, y - 0.3 * unit - height / 2);
    const leans = Math.hypot(dot.x - width / 2, dot.y - height / 2) > width / 3;
    const spots = around(dot, wide, unit).sort((a, b) => (leans ? far(a) - far(b) : 0));
    for (const { x, y } of spots) {
      const box = boxOf(x, y - 0.8 * unit, wide, unit);
      const fits = box.x0 >= 0 && box.x1 <= width && box.y0 >= 0 && box.y1 <= height;
      if (!fits || taken.some((other) => meet(box, other))) continue;
      taken.push(box);
      return { ...dot, label: { x, y } };
    }
    return { ...dot, label: null };
  });
}

function around({ x, y, r }, wide, unit) {
  const gap = r + 0.25 * unit;
  const [right, left, middle] = [x + gap, x - gap - wide, x - wide / 2];
  const [below, above, beside] = [y + gap + 0.8 * unit, y - gap - 0.1 * unit, y + 0.32 * unit];
  return [
    [middle, below], [middle, above], [right, beside], [left, beside],
    [right, below], [left, below], [right, above], [left, above],
  ].map(([a, b]) => ({ x: a, y: b })); // prettier-ignore
}

const boxOf = (x, y, w, h) => ({ x0: x, x1: x + w, y0: y, y1: y + h });
const meet = (a, b) => a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;
