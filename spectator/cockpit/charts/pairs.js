// Innings that answer each other are shown together: the match, then each super over.

import { html, useState } from "../vendor/preact.js";
import { Choice } from "./figure.js";
import { pairName, pairOf } from "./say.js";

/** `{innings, choice}`: the pair that is played, until another one is chosen with the buttons `choice`. */
export function usePair(story) {
  const [chosen, choose] = useState(null);
  const played = story.innings.filter((innings) => innings.steps.length || !innings.complete);
  const pairs = [...new Set(played.map((innings) => pairOf(innings.innings)))];
  const pair = pairs.includes(chosen) ? chosen : (pairs.at(-1) ?? 1);
  const options = pairs.map((each) => [each, pairName(each)]);
  return {
    innings: story.innings.filter((innings) => pairOf(innings.innings) === pair),
    choice: html`<${Choice} label="Part of the match" options=${options} value=${pair} onChange=${choose} />`,
  };
}

/** `{innings, choice}`: the innings in progress, until another one is chosen. */
export function useInnings(story, nameOf) {
  const [chosen, choose] = useState(null);
  const played = story.innings.filter((innings) => innings.steps.length || !innings.complete);
  const innings = played.find((each) => each.innings === chosen) ?? played.at(-1) ?? null;
  const options = played.map((each) => [each.innings, nameOf(each)]);
  return {
    innings,
    choice: html`<${Choice} label="Innings" options=${options} value=${innings?.innings} onChange=${choose} />`,
  };
}
