// The commentary as a fold over events; mirrors spectator/commentary/ over the same templates.
// `comment(templates, state, event)` gives {state, line}; a line is {of, text, brief, weight} or null.

import { EMPTY, NOT_OUT, extrasOf, fold } from "./reducer.js";

const COLLAPSE = 3;
const COLLAPSE_BALLS = 12;
const CLOSE_RUNS = 20;
const CLOSE_BALLS = 12;
const MARK = 50;
const RETIRED_OUT = "retired out";
const BALLS_PER_OVER = 6;
const MOST_TAILS = 2;
const BRIEF = 2;
const BIG_OVER = 15;
const TIGHT_OVER = 3;

const BEGUN = Object.freeze({
  delivered: 0,
  in_over: 0,
  legal_in_over: 0,
  falls: [],
  stand: 0,
  running: {},
  joined: false,
});

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

class Speaker {
  #said;
  #parts = [];
  #brief = [];

  constructor(templates, state, seq) {
    Object.assign(this, { templates, state, seq });
    this.#said = [...state.said];
  }

  say(group, name, words) {
    return this.sayOne(this.templates[group][name], words, name);
  }

  sayOne(choices, words, salt, before = "") {
    const found = choose(choices, this.#said, this.state.seed, this.seq, salt);
    if (found === undefined) return false;
    this.#said.push(found);
    this.add(filled(found, words), before, Object.hasOwn(this.templates.leads, salt));
    return true;
  }

  add(sentence, before = "", isLead = false) {
    this.#parts.push(before + sentence);
    if (isLead) return;
    this.#brief.push(before ? sentence.slice(0, 1).toUpperCase() + sentence.slice(1) : sentence);
  }

  told(weight, keep = true) {
    const brief = this.#brief.slice(0, BRIEF).join(" ");
    const line = { of: this.seq, text: this.#parts.join(" "), brief, weight };
    return { state: { ...this.state, said: keep ? this.#said : [] }, line };
  }
}

// --- templates -----------------------------------------------------------------------------------

function filled(template, words) {
  return template.replace(/\{([A-Za-z_]+)\}/g, (_, name) => {
    if (Object.hasOwn(words, name)) return words[name];
    const plain = words[name[0].toLowerCase() + name.slice(1)];
    return plain.slice(0, 1).toUpperCase() + plain.slice(1);
  });
}

function choose(choices, said, seed, seq, salt) {
  const start = mixed(seed, seq, salt) % choices.length;
  const turned = [...choices.slice(start), ...choices.slice(0, start)];
  return turned.find((choice) => !said.includes(choice));
}

function mixed(seed, seq, salt) {
  const codes = [...salt].map((letter) => letter.codePointAt(0));
  let hash = 2166136261;
  for (const number of [seed % 2 ** 32, Math.floor(seed / 2 ** 32) % 2 ** 32, seq, ...codes]) {
    hash = Math.imul(hash ^ number, 16777619) >>> 0;
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b) >>> 0;
  return (hash ^ (hash >>> 13)) >>> 0;
}

const nounOf = (templates, count, noun) => templates.nouns[noun][count === 1 ? 0 : 1];
const number = (templates, count) => templates.numbers[count] ?? String(count);
const counted = (templates, count, noun) => `${count} ${nounOf(templates, count, noun)}`;
const spelled = (templates, count, noun) =>
  `${number(templates, count)} ${nounOf(templates, count, noun)}`;
const scoreText = ({ runs, wickets }) =>
  wickets ? `${runs} for ${wickets}` : `${runs} without loss`;
const figures = (bowler) => `${bowler.wickets} for ${bowler.runs}`;

function oversText(templates, balls) {
  const whole = Math.floor(balls / BALLS_PER_OVER);
  const rest = balls % BALLS_PER_OVER;
  return rest ? `${whole}.${rest} overs` : counted(templates, whole, "over");
}

function anOver(runs, balls) {
  const hundredths = Math.floor((runs * BALLS_PER_OVER * 200 + balls) / (2 * balls));
  return `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, "0")}`;
}

// --- the match -----------------------------------------------------------------------------------

const captain = (state, seat) => state.frame[seat]?.captain ?? seat;

/** A squad's name, in mid-sentence and as its first word. One that was drawn has none: its seat stands for it. */
function squadWords(templates, state, seat, key = "squad") {
  const first = key.slice(0, 1).toUpperCase() + key.slice(1);
  const name = state.frame[seat]?.squad ?? seat;
  if (name !== seat) return { [key]: name, [first]: name };
  const said = templates.drawn[seat];
  return { [key]: said, [first]: said.slice(0, 1).toUpperCase() + said.slice(1) };
}

function started(templates, state, seq) {
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

function tossed(templates, state, data, seq) {
  const speaker = new Speaker(templates, state, seq);
  const words = { winner: captain(state, data.winner), ...squadWords(templates, state, data.winner, "winner_squad") };
  speaker.say("moments", `toss_${data.elected}`, words);
  return speaker.told("wicket");
}

function inningsStarted(templates, state, data, seq) {
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

function inningsEnded(templates, state, seq) {
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

function ended(templates, state, data, seq) {
  const speaker = new Speaker(templates, state, seq);
  const words = { result: data.result, reason: data.end_reason.replaceAll("_", " ") };
  speaker.say("moments", outcome(data), words);
  return speaker.told("wicket");
}

function outcome(data) {
  if (data.end_reason === "completed") return data.winner === null ? "match_level" : "match_won";
  return data.end_reason === "forfeit" ? "match_forfeit" : "match_void";
}

// --- a ball --------------------------------------------------------------------------------------

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

function courseAfter(course, data) {
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
const fell = (data) => data.wicket !== null && !NOT_OUT.has(data.wicket.kind);
const isLegal = (data) => !extrasOf(data.outcome).has("wd") && !extrasOf(data.outcome).has("nb");
const batterIn = (innings, name) =>
  innings.batters.find((batter) => batter.name === name) ?? { name, runs: 0, balls: 0 };
const bowlerIn = (innings, name) =>
  innings.bowlers.find((bowler) => bowler.name === name) ?? { name, balls: 0, runs: 0, wickets: 0 };
const recentIn = (course) =>
  course.falls.filter((fall) => fall > course.delivered - COLLAPSE_BALLS);
const leftIn = (innings) => innings.max_balls - innings.legal_balls;

function leadOf({ data, before, course }) {
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

function* tailsOf(templates, moment) {
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

function kindOf(templates, data) {
  if (data.wicket) {
    return Object.hasOwn(templates.said, data.wicket.kind) ? data.wicket.kind : "wicket";
  }
  const extras = extrasOf(data.outcome);
  const hit = data.boundary && (data.bat === 4 || data.bat === 6);
  if (extras.has("nb")) {
    if (hit) return data.bat === 4 ? "nb_four" : "nb_six";
    return data.bat + data.extras > 1 ? "nb_more" : "nb";
  }
  for (const name of ["wd", "pen", "b", "lb"]) {
    if (!extras.has(name)) continue;
    if (name === "wd" && !data.boundary && extras.get(name) > 1) return "wd_more";
    return data.boundary ? `${name}_four` : name;
  }
  if (hit) return data.bat === 4 ? "four" : "six";
  return { 0: "dot", 1: "one", 2: "two" }[data.bat] ?? "runs";
}

function weightOf(data) {
  if (fell(data)) return "wicket";
  return data.boundary ? "boundary" : "ball";
}

function saidChoices(templates, data) {
  const kind = kindOf(templates, data);
  return [...templates.said[kind], ...(templates.shots[kind]?.[data.shot] ?? [])];
}

function ballWords(templates, data) {
  const runs = data.bat + data.extras;
  return {
    striker: data.striker,
    non_striker: data.non_striker,
    bowler: data.bowler,
    out: data.wicket?.player_out ?? "",
    kind: data.wicket?.kind ?? "",
    end: data.wicket ? (data.wicket.end ?? "wicket") : "",
    delivery: deliveryText(templates.deliveries, data),
    bat: number(templates, data.bat),
    bat_runs: spelled(templates, data.bat, "run"),
    runs: number(templates, runs),
    runs_of: spelled(templates, runs, "run"),
    score: scoreText(data.score),
  };
}

function deliveryText(known, data) {
  const what = known.lengths[data.length]?.[data.variation] ?? known.other;
  const where = known.lines[data.line];
  return where ? `${what} ${where}` : what;
}

function momentWords(templates, moment) {
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

// --- an over -------------------------------------------------------------------------------------

function overDone(templates, before, after, data, seq) {
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
