// The frame as a fold over events: mirrors spectator/frames.py, field for field.
// A test runs both over the same events and compares, so nothing here rounds or formats.

import { fell } from "./balls.js";
import { BALLS_PER_OVER, overCompleted, rate, scored, totals } from "./scorebook.js";

export { NOT_OUT, ballOf, extrasOf } from "./balls.js";

const KEPT_DECISIONS = 40;

export const EMPTY = Object.freeze({
  seq: 0,
  phase: "waiting",
  format: "",
  max_overs: 0,
  home: null,
  away: null,
  toss: null,
  innings: [],
  decisions: [],
  thoughts: [],
  win_probability: [],
  luck: 0,
  result: null,
});

/** The frame after `event`, which follows the events of its stream in `frame`. How the streams of
 *  a match come between each other makes no difference. Never changes `frame`. */
export function fold(frame, event) {
  switch (event.type) {
    case "reasoning":
      return thought(frame, event.data);
    case "commentary":
    case "audio":
      return frame;
    default:
      return shown({ ...frame, seq: event.seq }, event);
  }
}

function shown(frame, event) {
  const data = event.data;
  switch (event.type) {
    case "episode.started":
      return started(frame, data);
    case "toss":
      return { ...frame, phase: "toss", toss: { winner: data.winner, elected: data.elected } };
    case "innings.started":
      return inningsStarted(frame, data);
    case "decision":
      return decided(frame, data);
    case "delivery":
      return bowled(frame, data);
    case "over.completed":
      return withInnings(frame, overCompleted(frame.innings.at(-1), data));
    case "innings.ended":
      return inningsEnded(frame, data);
    case "episode.ended":
      return ended(frame, data);
    default:
      return frame;
  }
}

function decided(frame, data) {
  const early = frame.thoughts.find((thought) => thought.number === data.number);
  const decision = { calls: [], ...data, ...early };
  return {
    ...frame,
    decisions: [...frame.decisions, decision].slice(-KEPT_DECISIONS),
    thoughts: early ? frame.thoughts.filter((thought) => thought !== early) : frame.thoughts,
  };
}

/** What was thought joins its decision, waits for it, or comes for one that is not kept. */
function thought(frame, { number, reason, errors, calls }) {
  const found = { number, reason, errors, calls };
  const last = frame.decisions.at(-1);
  if (!last || last.number < number) return { ...frame, thoughts: [...frame.thoughts, found] };
  const decisions = frame.decisions.map((decision) =>
    decision.number === number ? { ...decision, ...found } : decision,
  );
  return { ...frame, decisions };
}

function started(frame, data) {
  return {
    ...frame,
    phase: "waiting",
    format: data.format,
    max_overs: data.max_overs,
    home: side(data.home),
    away: side(data.away),
  };
}

function side(info) {
  return { captain: info.captain, kind: info.kind, squad: info.squad, players: info.players };
}

function inningsStarted(frame, data) {
  const overs = data.innings <= 2 ? frame.max_overs : 1; // after the second come super overs
  const innings = {
    innings: data.innings,
    batting: data.batting,
    target: data.target,
    max_balls: overs * BALLS_PER_OVER,
    runs: 0,
    wickets: 0,
    legal_balls: 0,
    overs: "0.0",
    extras: 0,
    needed: data.target,
    run_rate: null,
    required_rate: null,
    striker: null,
    non_striker: null,
    bowler: null,
    batters: [],
    bowlers: [],
    this_over: [],
    over_charged: 0,
    past_overs: [],
    complete: false,
    all_out: false,
  };
  const begun = { ...frame, phase: "play", innings: [...frame.innings, innings] };
  return data.before ? found(begun, data, data.before) : begun;
}

function found(frame, data, before) {
  const innings = frame.innings.at(-1);
  const needed = data.target === null ? null : Math.max(0, data.target - before.score.runs);
  const left = innings.max_balls - before.score.legal_balls;
  frame = withInnings(frame, {
    ...innings,
    ...totals(before.score),
    extras: before.extras,
    needed,
    run_rate: rate(before.score.runs, before.score.legal_balls),
    required_rate: needed === null ? null : rate(needed, left),
    striker: before.striker,
    non_striker: before.non_striker,
    batters: before.batters,
    bowlers: before.bowlers,
  });
  if (data.win_probability === null) return frame;
  const point = {
    innings: data.innings,
    balls: before.score.legal_balls,
    home: data.win_probability,
    wicket: false,
  };
  return { ...frame, win_probability: [...frame.win_probability, point] };
}

function inningsEnded(frame, data) {
  const last = {
    ...frame.innings.at(-1),
    complete: true,
    all_out: data.all_out,
    ...totals(data.score),
  };
  return { ...withInnings(frame, last), phase: "break" };
}

function bowled(frame, data) {
  const point = {
    innings: data.innings,
    balls: data.score.legal_balls,
    home: data.win_probability,
    wicket: fell(data),
  };
  return {
    ...withInnings(frame, scored(frame.innings.at(-1), data)),
    phase: "play",
    win_probability: [...frame.win_probability, point],
    luck: frame.luck + data.luck,
  };
}

function ended(frame, data) {
  const result = {
    end_reason: data.end_reason,
    winner: data.winner,
    text: data.result,
    luck: data.luck,
  };
  return { ...frame, phase: "ended", result };
}

function withInnings(frame, last) {
  return { ...frame, innings: [...frame.innings.slice(0, -1), last] };
}
