// The scorebook of an innings, what a delivery and an over change in it: mirrors
// spectator/scorebook.py.

import { ballOf, extrasOf, fell } from "./balls.js";

export const BALLS_PER_OVER = 6;
const STRIKERS_END = "striker's end";

export function totals(score) {
  return {
    runs: score.runs,
    wickets: score.wickets,
    legal_balls: score.legal_balls,
    overs: score.overs,
  };
}

export function scored(innings, data) {
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

export function rate(runs, balls) {
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

export function overCompleted(innings, data) {
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
