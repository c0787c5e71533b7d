// The scorebook's finer entries, from an innings of `derive.storyOf`. Pure.

import { extrasOf } from "../reducer.js";
import { fell } from "./derive.js";

export const EXTRAS = { wd: "wides", nb: "no-balls", b: "byes", lb: "leg-byes", pen: "penalty" };
export const KINDS = ["toss", "batter", "bowler", "delivery", "shot"];

const known = (innings) => innings.steps.filter((step) => step.data);

/**
 * Partnerships in order: `{wicket, runs, balls, extras, batters, out, unbroken}`. `batters` are the two with their runs and
 * balls in it, `wicket` the one that it was for, `balls` those faced. `whole` is false for the first where the match or
 * what is known began in the middle of it.
 */
export function partnershipsOf(innings) {
  const pairs = [];
  let open = null;
  for (const { data } of known(innings)) {
    open = open && samePair(open, data) ? open : opened(innings, data, pairs);
    if (!pairs.includes(open)) pairs.push(open);
    faced(open, data);
    if (data.wicket) {
      Object.assign(open, { out: data.wicket.player_out, unbroken: false });
      open = null;
    }
  }
  return pairs;
}

const samePair = (pair, data) =>
  [data.striker, data.non_striker].every((name) => pair.batters.some((batter) => batter.name === name));

function opened(innings, data, pairs) {
  const order = innings.batters.map((batter) => batter.name);
  const names = [data.striker, data.non_striker].sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const begins = pairs.length === 0 && (innings.start.balls > 0 || innings.steps[0].data === null);
  return {
    wicket: data.score.wickets + (fell(data) ? 0 : 1),
    runs: 0,
    balls: 0,
    extras: 0,
    batters: names.map((name) => ({ name, runs: 0, balls: 0 })),
    out: null,
    unbroken: true,
    whole: !begins,
  };
}

function faced(pair, data) {
  const ball = extrasOf(data.outcome).has("wd") ? 0 : 1;
  const striker = pair.batters.find((batter) => batter.name === data.striker);
  striker.runs += data.bat;
  striker.balls += ball;
  pair.runs += data.bat + data.extras;
  pair.extras += data.extras;
  pair.balls += ball;
}

/** The wickets as they fell: `{wicket, runs, overs, name, how, bowler, seq}`. */
export function fallOf(innings) {
  return known(innings)
    .filter(({ data }) => fell(data))
    .map(({ data, seq }) => ({
      wicket: data.score.wickets,
      runs: data.score.runs,
      overs: data.score.overs,
      name: data.wicket.player_out,
      how: data.wicket.kind,
      bowler: data.wicket.credited_to_bowler ? data.bowler : null,
      seq,
    }));
}

/** Extras by kind; `other` are those of before the first known ball. They add up to the innings' extras. */
export function extrasByKind(innings) {
  const sums = Object.fromEntries(Object.keys(EXTRAS).map((kind) => [kind, 0]));
  for (const { data } of known(innings)) {
    for (const [kind, runs] of extrasOf(data.outcome)) sums[kind] += runs;
  }
  const told = Object.values(sums).reduce((sum, runs) => sum + runs, 0);
  return { ...sums, other: innings.extras - told };
}

/**
 * What the decisions of both captains have cost, by kind: `{decisions, priced, total}` for each of `KINDS` and for `all`.
 * `total` in win probability given away; a decision without a price counts in `decisions` alone.
 */
export function costsOf(events) {
  const empty = () =>
    Object.fromEntries([...KINDS, "all"].map((kind) => [kind, { decisions: 0, priced: 0, total: 0 }]));
  const costs = { home: empty(), away: empty() };
  for (const { type, data } of events) {
    if (type !== "decision") continue;
    for (const sums of [costs[data.seat][data.kind], costs[data.seat].all]) {
      if (!sums) continue;
      sums.decisions += 1;
      if (data.cost !== null) Object.assign(sums, { priced: sums.priced + 1, total: sums.total + data.cost });
    }
  }
  return costs;
}

/** `right` or `left`, null where the events don't say: they do where the match's first one is here. */
export function handOf(events, seat, name) {
  const started = events.find((event) => event.type === "episode.started");
  const squad = started?.data.squads[seat === "home" ? 0 : 1];
  return squad?.players?.find((player) => player.name === name)?.bats ?? null;
}
