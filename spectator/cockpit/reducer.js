// The frame as a fold over events: mirrors spectator/frames.py, field for field.
// A test runs both over the same events and compares, so nothing here rounds or formats.

const BALLS_PER_OVER = 6;
const KEPT_DECISIONS = 40;
const STRIKERS_END = "striker's end";
export const NOT_OUT = new Set(["retired hurt", "retired not out"]);

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

function totals(score) {
  return {
    runs: score.runs,
    wickets: score.wickets,
    legal_balls: score.legal_balls,
    overs: score.overs,
  };
}

function scored(innings, data) {
  const extras = extrasOf(data.outcome);
  const legal = !extras.has("wd") && !extras.has("nb");
  const charged = data.bat + (extras.get("wd") ?? 0) + (extras.get("nb") ?? 0);
  const left = innings.max_balls - data.score.legal_balls;
  const after = {
    ...innings,
    ...totals(data.score),
    extras: innings.extras + data.extras,
    needed: data.needed,
    run_rate: rate(data.score.runs, data.score.legal_balls),
    required_rate: data.needed === null ? null : rate(data.needed, left),
    bowler: data.bowler,
    batters: batted(innings.batters, data, !extras.has("wd")),
    bowlers: bowlerCharged(innings.bowlers, data, charged, legal),
    this_over: [...innings.this_over, ballOf(data)],
    over_charged: innings.over_charged + charged,
  };
  return onStrike(after, data, extras);
}

function rate(runs, balls) {
  return balls > 0 ? (runs * BALLS_PER_OVER) / balls : null;
}

function onStrike(innings, data, extras) {
  const ran =
    data.bat +
    (extras.get("b") ?? 0) +
    (extras.get("lb") ?? 0) +
    Math.max(0, (extras.get("wd") ?? 0) - 1);
  let ends = [data.striker, data.non_striker];
  if (data.wicket) ends = ends.map((name) => (name === data.wicket.player_out ? null : name));
  if (data.wicket && data.wicket.end !== null) {
    const stays = ends[0] ?? ends[1]; // the new batter goes where the wicket was put down
    ends = data.wicket.end === STRIKERS_END ? [null, stays] : [stays, null];
  } else if (ran % 2 && !data.boundary) {
    ends.reverse();
  }
  return { ...innings, striker: ends[0], non_striker: ends[1] };
}

function fell(data) {
  return data.wicket !== null && !NOT_OUT.has(data.wicket.kind);
}

function batted(batters, data, faced) {
  const known = new Set(batters.map((batter) => batter.name));
  const fresh = [data.striker, data.non_striker]
    .filter((name) => !known.has(name))
    .map((name) => ({
      name,
      runs: 0,
      balls: 0,
      fours: 0,
      sixes: 0,
      out: null,
      bowler: null,
    }));
  return [...batters, ...fresh].map((batter) => afterBall(batter, data, faced));
}

function afterBall(batter, data, faced) {
  if (batter.name === data.striker) {
    batter = {
      ...batter,
      runs: batter.runs + data.bat,
      balls: batter.balls + (faced ? 1 : 0),
      fours: batter.fours + (data.boundary && data.bat === 4 ? 1 : 0),
      sixes: batter.sixes + (data.boundary && data.bat === 6 ? 1 : 0),
    };
  }
  if (data.wicket && data.wicket.player_out === batter.name) {
    const bowler = data.wicket.credited_to_bowler ? data.bowler : null;
    batter = { ...batter, out: data.wicket.kind, bowler };
  }
  return batter;
}

function bowlerCharged(bowlers, data, charged, legal) {
  if (bowlers.every((bowler) => bowler.name !== data.bowler)) {
    bowlers = [...bowlers, { name: data.bowler, balls: 0, runs: 0, wickets: 0, maidens: 0 }];
  }
  const took = data.wicket?.credited_to_bowler ? 1 : 0;
  return bowlers.map((bowler) =>
    bowler.name === data.bowler
      ? {
          ...bowler,
          balls: bowler.balls + (legal ? 1 : 0),
          runs: bowler.runs + charged,
          wickets: bowler.wickets + took,
        }
      : bowler,
  );
}

function overCompleted(innings, data) {
  const over = {
    over: data.over,
    bowler: data.bowler,
    runs: data.runs,
    wickets: data.wickets,
    score: `${data.score.runs}/${data.score.wickets}`,
    balls: innings.this_over,
  };
  const maiden = innings.over_charged === 0 ? 1 : 0;
  return {
    ...innings,
    past_overs: [...innings.past_overs, over],
    this_over: [],
    over_charged: 0,
    striker: innings.non_striker,
    non_striker: innings.striker,
    bowlers: innings.bowlers.map((bowler) =>
      bowler.name === data.bowler ? { ...bowler, maidens: bowler.maidens + maiden } : bowler,
    ),
  };
}

/** The extras in an outcome's key (`nb1+6`, `run out+wd1/non-striker`) by wd, nb, b, lb, pen. */
export function extrasOf(outcome) {
  const extras = new Map();
  for (const part of outcome.split("/")[0].split("+")) {
    const found = /^(wd|nb|lb|b|pen)(\d+)$/.exec(part);
    if (found) extras.set(found[1], Number(found[2]));
  }
  return extras;
}

/** The ball's glyph and kind; a wicket outdoes everything, then the extra, then the runs. */
export function ballOf(data) {
  const extras = extrasOf(data.outcome);
  const ball = (glyph, kind) => ({ ball: data.ball, glyph, kind });
  if (fell(data)) return ball("W", "wicket");
  for (const name of ["wd", "nb", "pen", "b", "lb"]) {
    if (extras.has(name)) {
      const more = data.bat + data.extras - (name === "wd" || name === "nb" ? 1 : 0);
      return ball(`${name}${more || ""}`, "extra");
    }
  }
  if (data.boundary && data.bat === 4) return ball("4", "four");
  if (data.boundary && data.bat === 6) return ball("6", "six");
  if (data.bat === 0) return ball("•", "dot");
  return ball(String(data.bat), "run");
}
