// What is said between the balls: of the match, of its innings, of each over.

import { BEGUN, bowlerIn, figures, leftIn } from "./moments.js";
import { Speaker, captain, squadWords } from "./state.js";
import { BALLS_PER_OVER, anOver, counted, oversText, scoreText, spelled } from "./words.js";

const BIG_OVER = 15;
const TIGHT_OVER = 3;

export function started(templates, state, seq) {
  const speaker = new Speaker(templates, state, seq);
  speaker.say("moments", "welcome", {
    home: captain(state, "home"),
    away: captain(state, "away"),
    length: counted(templates, state.frame.max_overs, "over"),
    ...squadWords(templates, state, "home", "home_squad"),
    ...squadWords(templates, state, "away", "away_squad"),
  });
  return speaker.told("wicket");
}

export function tossed(templates, state, data, seq) {
  const speaker = new Speaker(templates, state, seq);
  const words = { winner: captain(state, data.winner), ...squadWords(templates, state, data.winner, "winner_squad") };
  speaker.say("moments", `toss_${data.elected}`, words);
  return speaker.told("wicket");
}

export function inningsStarted(templates, state, data, seq) {
  const innings = state.frame.innings.at(-1);
  const joined = data.before !== null;
  const course = joined ? { ...BEGUN, joined: true, stand: null } : BEGUN;
  state = { ...state, course, said: [] };
  if (joined && (innings.legal_balls >= innings.max_balls || innings.wickets >= 10)) {
    return { state, line: null };
  }
  const speaker = new Speaker(templates, state, seq);
  speaker.say("moments", beginning(data), inningsWords(templates, state, innings));
  return speaker.told("wicket");
}

function beginning(data) {
  const chase = data.target === null ? "" : "_chase";
  if (data.before !== null) return `joined${chase}`;
  if (data.innings > 2) return `innings_super${chase}`;
  return chase ? "innings_chase" : "innings_first";
}

function inningsWords(templates, state, innings) {
  const left = innings.max_balls - innings.legal_balls;
  return {
    ...squadWords(templates, state, innings.batting),
    length: oversText(templates, innings.max_balls),
    overs: oversText(templates, innings.legal_balls),
    total: String(innings.runs),
    score: scoreText(innings),
    target: String(innings.target ?? 0),
    needed: counted(templates, innings.needed ?? 0, "run"),
    left: counted(templates, left, "ball"),
    required: left ? anOver(innings.needed ?? 0, left) : "",
  };
}

export function inningsEnded(templates, state, seq) {
  const innings = state.frame.innings.at(-1);
  const speaker = new Speaker(templates, state, seq);
  speaker.say("moments", ending(innings), inningsWords(templates, state, innings));
  const told = speaker.told("wicket", false);
  return { ...told, state: { ...told.state, course: BEGUN } };
}

function ending(innings) {
  if (innings.needed === 0) {
    return innings.legal_balls < innings.max_balls ? "innings_won" : "innings_won_last";
  }
  return innings.all_out ? "all_out" : "innings_over";
}

export function ended(templates, state, data, seq) {
  const speaker = new Speaker(templates, state, seq);
  const words = { result: data.result, reason: data.end_reason.replaceAll("_", " ") };
  speaker.say("moments", outcome(data), words);
  return speaker.told("wicket");
}

function outcome(data) {
  if (data.end_reason === "completed") return data.winner === null ? "match_level" : "match_won";
  return data.end_reason === "forfeit" ? "match_forfeit" : "match_void";
}

export function overDone(templates, before, after, data, seq) {
  const innings = after.frame.innings.at(-1);
  const bowler = bowlerIn(innings, data.bowler);
  const words = {
    ...inningsWords(templates, after, innings),
    bowler: data.bowler,
    over_number: String(data.over + 1),
    over_runs: spelled(templates, data.runs, "run"),
    over_wickets: spelled(templates, data.wickets, "wicket"),
    score: scoreText(data.score),
    figures: figures(bowler),
    bowler_overs: oversText(templates, bowler.balls),
    rate: innings.legal_balls ? anOver(innings.runs, innings.legal_balls) : "",
  };
  const maiden =
    before.course.legal_in_over === BALLS_PER_OVER &&
    before.frame.innings.at(-1).over_charged === 0;
  const course = { ...after.course, in_over: 0, legal_in_over: 0 };
  const speaker = new Speaker(templates, { ...after, course }, seq);
  speaker.say("overs", sortOfOver(data, maiden), words);
  const tail = overTail(innings, seq);
  if (tail) speaker.say("over_tails", tail, words);
  return speaker.told("over", false);
}

function sortOfOver(data, maiden) {
  if (maiden) return data.wickets ? "wicket_maiden" : "maiden";
  if (data.wickets >= 2) return "wickets";
  if (data.runs >= BIG_OVER) return "big";
  return data.runs >= 1 && data.runs <= TIGHT_OVER ? "tight" : "plain";
}

function overTail(innings, seq) {
  const left = leftIn(innings);
  if (innings.needed !== null) return innings.needed && left ? "chase" : "";
  return left ? ["figures", "rate", ""][seq % 3] : "figures";
}
