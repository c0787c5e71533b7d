// A ball, or a few, in a few words.

import { plain, plural } from "./say.js";

const EXTRA = { wd: "wide", nb: "no-ball", b: "bye", lb: "leg-bye", pen: "penalty" };

/** `17.3`, or `16.4–17.1` for several. */
export function rangeText(steps) {
  const [first, last] = [steps[0].ball, steps.at(-1).ball];
  return first === last ? first : `${first}–${last}`;
}

/** What happened on one ball, or the glyphs of several, the fallen by name. */
export function momentText(steps) {
  if (steps.length === 1) return ballText(steps[0]);
  const out = steps.filter((step) => step.wicket && step.data).map((step) => step.data.wicket.player_out);
  const glyphs = steps.map((step) => step.glyph).join(" ");
  return out.length ? `${glyphs} (${out.join(", ")})` : glyphs;
}

function ballText({ kind, glyph, data }) {
  if (kind === "wicket") return data ? `${data.wicket.player_out} ${plain(data.wicket.kind)}` : "wicket";
  if (kind === "four" || kind === "six") return data ? `${kind} by ${data.striker}` : kind;
  if (kind === "dot") return "no run";
  if (kind === "run") return plural(Number(glyph), "run");
  const [, name, more] = /^([a-z]+)(\d*)$/.exec(glyph);
  if (name === "b" || name === "lb") return plural(Number(more), EXTRA[name]);
  return more ? `${EXTRA[name]} and ${more}` : EXTRA[name];
}
