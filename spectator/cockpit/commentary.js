// One line for a delivery; mirrors spectator/commentary.py over the same templates.

import { NOT_OUT, extrasOf } from "./reducer.js";

const STEP = 7;

/** What a commentator would say of this delivery event. */
export function commentaryLine(templates, event) {
  const data = event.data;
  const choices = templates[sort(templates, data)];
  const words = wordsOf(data);
  const said = choices[(event.seq * STEP) % choices.length].replace(
    /\{(\w+)\}/g,
    (_, name) => words[name],
  );
  return `${data.bowler} to ${data.striker}: ${said}${chase(data)}`;
}

function sort(templates, data) {
  if (data.wicket) {
    if (NOT_OUT.has(data.wicket.kind)) return "retired";
    return Object.hasOwn(templates, data.wicket.kind) ? data.wicket.kind : "wicket";
  }
  const extras = extrasOf(data.outcome);
  for (const name of ["wd", "nb", "pen", "b", "lb"]) {
    if (extras.has(name)) return name;
  }
  if (data.boundary && (data.bat === 4 || data.bat === 6)) return data.bat === 4 ? "four" : "six";
  return { 0: "dot", 1: "one", 2: "two" }[data.bat] ?? "runs";
}

function wordsOf(data) {
  const plain = (text) => text.replaceAll("_", " ");
  return {
    striker: data.striker,
    bowler: data.bowler,
    out: data.wicket ? data.wicket.player_out : "",
    kind: data.wicket ? data.wicket.kind : "",
    shot: plain(data.shot),
    length: data.length,
    line: plain(data.line),
    ball: plain(data.variation !== "stock" ? data.variation : data.length),
    bat: String(data.bat),
    runs: String(data.bat + data.extras),
    score: `${data.score.runs} for ${data.score.wickets}`,
  };
}

function chase(data) {
  if (data.needed === null || data.needed > 12) return "";
  return data.needed === 0 ? " That wins it." : ` ${data.needed} needed.`;
}
