// Innings that answer each other are shown together: the match, then each super over.

import { useState } from "../vendor/preact.js";
import { pairName, pairOf } from "./say.js";

/** `{pair, options, choose, innings}`: the pair that is played, until another one is chosen. */
export function usePair(story) {
  const [chosen, choose] = useState(null);
  const played = story.innings.filter((innings) => innings.steps.length || !innings.complete);
  const pairs = [...new Set(played.map((innings) => pairOf(innings.innings)))];
  const pair = pairs.includes(chosen) ? chosen : (pairs.at(-1) ?? 1);
  return {
    pair,
    choose,
    options: pairs.map((each) => [each, pairName(each)]),
    innings: story.innings.filter((innings) => pairOf(innings.innings) === pair),
  };
}

/** `{innings, options, choose}`: the innings in progress, until another one is chosen. */
export function useInnings(story, nameOf) {
  const [chosen, choose] = useState(null);
  const played = story.innings.filter((innings) => innings.steps.length || !innings.complete);
  const innings = played.find((each) => each.innings === chosen) ?? played.at(-1) ?? null;
  return { innings, choose, options: played.map((each) => [each.innings, nameOf(each)]) };
}
