// Puts labels beside dots so that none lies on another or on a dot. Pure.

import { widthOf } from "./say.js";

/** `dots` are `{x, y, r, text}`; each comes back with `label` `{x, y}` (the text's start and base line) or null where no room is. */
export function placed(dots, { width, height, unit }) {
  const taken = dots.map((dot) => boxOf(dot.x - dot.r, dot.y - dot.r, 2 * dot.r, 2 * dot.r));
  return dots.map((dot) => {
    const wide = widthOf(dot.text, unit);
    for (const [x, y] of around(dot, wide, unit)) {
      const box = boxOf(x, y - 0.85 * unit, wide, 1.05 * unit);
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
  ]; // prettier-ignore
}

const boxOf = (x, y, w, h) => ({ x0: x, x1: x + w, y0: y, y1: y + h });
const meet = (a, b) => a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;
