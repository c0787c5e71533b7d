// What is worth saying beside the ball itself: before it as a lead, after it as a tail. Both are names of lists in the
// templates, the most important first.

import { extrasOf } from "../reducer.js";
import { BALLS_PER_OVER, ballWords, counted, fell, isLegal, number, oversText, scoreText } from "./words.js";

const COLLAPSE = 3;
const COLLAPSE_BALLS = 12;
const CLOSE_RUNS = 20;
const CLOSE_BALLS = 12;
const MARK = 50;
const RETIRED_OUT = "retired out";

/** How an innings has gone, as far as the frame does not say. */
export const BEGUN = Object.freeze({
  delivered: 0,
  in_over: 0,
  legal_in_over: 0,
  falls: [],
  stand: 0,
  running: {},
  joined: false,
});

export function courseAfter(course, data) {
  const delivered = course.delivered + 1;
  const stand = course.stand === null ? null : course.stand + data.bat + data.extras;
  const took = data.wicket?.credited_to_bowler ?? false;
  return {
    delivered,
    in_over: course.in_over + 1,
    legal_in_over: course.legal_in_over + (isLegal(data) ? 1 : 0),
    falls: fell(data) ? [...course.falls, delivered] : course.falls,
    stand: data.wicket ? 0 : stand,
    running: { ...course.running, [data.bowler]: took ? runningOf(course, data.bowler) + 1 : 0 },
    joined: course.joined,
  };
}

const runningOf = (course, bowler) =>
  Object.hasOwn(course.running, bowler) ? course.running[bowler] : 0;

export const figures = (bowler) => `${bowler.wickets} for ${bowler.runs}`;

const batterIn = (innings, name) =>
  innings.batters.find((batter) => batter.name === name) ?? { name, runs: 0, balls: 0 };
export const bowlerIn = (innings, name) =>
  innings.bowlers.find((bowler) => bowler.name === name) ?? { name, balls: 0, runs: 0, wickets: 0 };
const recentIn = (course) =>
  course.falls.filter((fall) => fall > course.delivered - COLLAPSE_BALLS);
export const leftIn = (innings) => innings.max_balls - innings.legal_balls;

export function leadOf({ data, before, course }) {
  const chase = before.needed === null ? "" : "_chase";
  const left = leftIn(before);
  const startsOver = course.in_over === 0 && before.legal_balls % BALLS_PER_OVER === 0;
  if (left === 1) return `last_ball${chase}`;
  if (runningOf(course, data.bowler) === 2) return "hat_trick_ball";
  if (data.free_hit) return "free_hit";
  if (course.delivered === 0 && !course.joined) return "opening";
  if (startsOver && left === BALLS_PER_OVER) return `last_over${chase}`;
  if (hasComeIn(before, data.striker)) return "new_batter";
  if (startsOver) return bowlerIn(before, data.bowler).balls ? "over_again" : "over";
  return "";
}

function hasComeIn(innings, name) {
  const batter = batterIn(innings, name);
  const known = new Set([...innings.batters.map((each) => each.name), name]);
  return batter.balls === 0 && batter.runs === 0 && known.size > 2;
}

export function* tailsOf(templates, moment) {
  const { data, before, after } = moment;
  if (data.needed === 0) yield "won";
  if (data.wicket) yield* wicketTails(moment);
  yield* strikerTails(moment);
  if (!data.wicket) yield* standTails(moment);
  if (Math.floor(before.runs / MARK) < Math.floor(after.runs / MARK)) yield "total";
  if (endsPowerplay(templates, moment)) yield "powerplay";
  yield* chaseTails(moment);
  if (extrasOf(data.outcome).has("nb") && data.needed !== 0 && !data.wicket) yield "free_hit";
}

function* wicketTails(moment) {
  const { data, after, courseAfter: course } = moment;
  if (data.bat + data.extras) yield "wicket_runs";
  if (!fell(data)) return;
  if (data.wicket.credited_to_bowler) {
    if (runningOf(course, data.bowler) === 3) yield "hat_trick";
    if (bowlerIn(after, data.bowler).wickets === 5) yield "five_wickets";
  }
  if (recentIn(course).length >= COLLAPSE) yield "collapse";
  if (runningOf(course, data.bowler) === 2) yield "two_in_two";
  const gone = batterIn(after, data.wicket.player_out);
  if (gone.runs) yield "out_score";
  else yield wasFirstBall(gone, data) ? "first_ball" : "duck";
  if (standEnded(moment) >= MARK / 2) yield "stand_over";
}

const wasFirstBall = (gone, data) =>
  gone.balls === 1 && gone.name === data.striker && data.wicket.kind !== RETIRED_OUT;

function standEnded({ data, course }) {
  return course.stand === null ? 0 : course.stand + data.bat + data.extras;
}

function* strikerTails({ data, before, after }) {
  const was = batterIn(before, data.striker).runs;
  const is = batterIn(after, data.striker).runs;
  if (was < 100 && is >= 100) yield "hundred";
  else if (was < 50 && is >= 50) yield "fifty";
}

function* standTails({ course, courseAfter: { stand } }) {
  if (course.stand === null || stand === null) return;
  if (course.stand < 100 && stand >= 100) yield "stand_hundred";
  else if (course.stand < 50 && stand >= 50) yield "stand_fifty";
}

function endsPowerplay(templates, { before, after, maxOvers }) {
  if (after.innings > 2 || after.legal_balls === before.legal_balls) return false;
  const lasts = templates.powerplay_balls[maxOvers];
  return after.legal_balls === lasts && lasts < after.max_balls;
}

function* chaseTails({ data: { needed }, after }) {
  const left = leftIn(after);
  if (needed === null || needed === 0) return;
  if (left === 0) {
    yield needed === 1 ? "tied" : "short";
    return;
  }
  if (after.wickets >= (after.innings <= 2 ? 10 : 2)) return;
  if (needed === 1) yield "level";
  else if (needed <= CLOSE_RUNS || left <= CLOSE_BALLS) yield "chase";
}

export function momentWords(templates, moment) {
  const { data, before, after, courseAfter: course } = moment;
  const recent = recentIn(course);
  const out = batterIn(after, data.wicket?.player_out ?? "");
  const striker = batterIn(after, data.striker);
  return {
    ...ballWords(templates, data),
    ...moment.squad,
    count: String(course.in_over),
    over_number: String(data.over + 1),
    overs: oversText(templates, after.legal_balls),
    score_before: scoreText(before),
    figures: figures(bowlerIn(after, data.bowler)),
    figures_before: figures(bowlerIn(before, data.bowler)),
    striker_runs: String(striker.runs),
    striker_balls: counted(templates, striker.balls, "ball"),
    out_made: `${out.runs} off ${counted(templates, out.balls, "ball")}`,
    stand: String(standEnded(moment)),
    falls: number(templates, recent.length),
    span: recent.length ? String(course.delivered - recent[0] + 1) : "",
    mark: String(Math.floor(after.runs / MARK) * MARK),
    needed: counted(templates, data.needed ?? 0, "run"),
    needed_before: counted(templates, before.needed ?? 0, "run"),
    left: counted(templates, leftIn(after), "ball"),
  };
}
