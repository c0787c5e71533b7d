// The commentary as a fold over events; mirrors spectator/commentary/ over the same templates, file by file.
// `comment(templates, state, event)` gives {state, line}; a line is {of, text, brief, weight} or null.

import { BEGUN, courseAfter, leadOf, momentWords, tailsOf } from "./commentary/moments.js";
import { ended, inningsEnded, inningsStarted, overDone, started, tossed } from "./commentary/occasions.js";
import { Speaker, squadWords } from "./commentary/state.js";
import { ballWords, choose, filled, kindOf, saidChoices, weightOf } from "./commentary/words.js";
import { EMPTY, fold } from "./reducer.js";

const MOST_TAILS = 2;

export const SILENT = Object.freeze({ frame: EMPTY, seed: 0, course: BEGUN, said: [] });

/** Every line on a match's events. */
export function commentaryOf(templates, events) {
  const lines = [];
  let state = SILENT;
  for (const event of events) {
    const told = comment(templates, state, event);
    state = told.state;
    if (told.line) lines.push(told.line);
  }
  return lines;
}

/** The next state, and what is said of `event`. Never changes `state`. */
export function comment(templates, state, event) {
  const after = { ...state, frame: fold(state.frame, event) };
  const data = event.data;
  switch (event.type) {
    case "episode.started":
      return started(templates, { ...after, seed: data.seed }, event.seq);
    case "toss":
      return tossed(templates, after, data, event.seq);
    case "innings.started":
      return inningsStarted(templates, after, data, event.seq);
    case "delivery":
      return bowled(templates, state, after, data, event.seq);
    case "over.completed":
      return overDone(templates, state, after, data, event.seq);
    case "innings.ended":
      return inningsEnded(templates, after, event.seq);
    case "episode.ended":
      return ended(templates, after, data, event.seq);
    default:
      return { state: after, line: null };
  }
}

/** What is said of a delivery by itself, without knowing what came before it. */
export function commentaryLine(templates, event) {
  const data = event.data;
  const choices = saidChoices(templates, data);
  const found = choose(choices, [], 0, event.seq, kindOf(templates, data));
  return `${data.bowler} to ${data.striker}: ${filled(found, ballWords(templates, data))}`;
}

function bowled(templates, before, after, data, seq) {
  const moment = {
    data,
    before: before.frame.innings.at(-1),
    after: after.frame.innings.at(-1),
    course: before.course,
    courseAfter: courseAfter(before.course, data),
    maxOvers: after.frame.max_overs,
    squad: squadWords(templates, after, data.batting),
  };
  const speaker = new Speaker(templates, { ...after, course: moment.courseAfter }, seq);
  const words = momentWords(templates, moment);
  const lead = leadOf(moment);
  if (lead) speaker.say("leads", lead, words);
  sayBall(templates, speaker, data, words);
  let said = 0;
  for (const tail of tailsOf(templates, moment)) {
    if (said < MOST_TAILS && speaker.say("tails", tail, words)) said += 1;
  }
  return speaker.told(weightOf(data));
}

function sayBall(templates, speaker, data, words) {
  const kind = kindOf(templates, data);
  const to = `${data.bowler} to ${data.striker}: `;
  if (speaker.sayOne(saidChoices(templates, data), words, kind, to)) return;
  const what = filled(templates.what[kind] ?? templates.out_again, words);
  speaker.add(filled(templates.again, { ...words, what }), to);
}
