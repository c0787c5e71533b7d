// What came of a ball of the observation, in words.

import { extrasOf } from "../balls.js";
import { plain, plural } from "../words.js";

const EXTRAS = { wd: "wide", nb: "no-ball", b: "byes", lb: "leg byes", pen: "penalty runs" };

/** `runs` are all that the side got of it, extras too. */
export function cameOf(ball) {
  if (ball.wicket) return `${ball.player_out} is out, ${plain(ball.wicket)}`;
  const runs = ball.runs ? plural(ball.runs, "run") : "no run";
  const extras = [...extrasOf(ball.outcome).keys()].map((kind) => EXTRAS[kind]);
  return extras.length ? `${extras.join(" and ")}, ${runs} in all` : runs;
}
