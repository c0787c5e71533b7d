// What the figures draw, from a frame and its events. Pure: no page, no rounding.
// The frame knows every ball of the match; its events may begin later, where a viewer joined late.

import { NOT_OUT } from "../reducer.js";

const BALLS_PER_OVER = 6;
const ODI_PHASES = [
  { end: 60, outside: 2 },
  { end: 240, outside: 4 },
];
const MOST_OUTSIDE = 5;
const POWERPLAY_OUTSIDE = 2;

export const fell = (data) => data.wicket !== null && !NOT_OUT.has(data.wicket.kind);

/** `work(frame, events)`, done once for what has not changed since the last call. */
function remembered(work) {
  let last = null;
  return (frame, events) => {
    const same = last && last.frame === frame && last.events === events && last.count === events.length;
    if (!same) last = { frame, events, count: events.length, value: work(frame, events) };
    return last.value;
  };
}

/**
 * The match ball by ball. A step is `{innings, ball, glyph, kind, balls, home, before, wicket, seq, data}`: `balls` the legal
 * ones after it, `home` and `before` the home side's chance after and before it, `seq` and `data` null where its event is not
 * here. `missing` counts those.
 */
export const storyOf = remembered((frame, events) => {
  let chance = tossChance(events);
  const innings = frame.innings.map((each) => {
    const told = inningsOf(frame, each, events, chance);
    chance = told.steps.at(-1)?.home ?? told.found ?? chance;
    return told;
  });
  const steps = innings.flatMap((each) => each.steps);
  return { innings, steps, missing: steps.filter((step) => step.seq === null).length };
});

const tossChance = (events) => events.find((event) => event.type === "toss")?.data.win_probability ?? null;

function inningsOf(frame, innings, events, chance) {
  const number = innings.innings;
  const shown = [...innings.past_overs.flatMap((over) => over.balls), ...innings.this_over];
  const chances = frame.win_probability.filter((point) => point.innings === number);
  const found = chances.length > shown.length ? chances[0] : null; // the match began in this innings
  const told = events.filter(
    (event) => event.type === "delivery" && event.data.innings === number && event.seq <= frame.seq,
  );
  let before = found?.home ?? chance;
  const steps = shown.map((ball, i) => {
    const point = chances.at(i - shown.length);
    const event = told.at(i - shown.length);
    const step = { ...ball, ...point, before, seq: event?.seq ?? null, data: event?.data ?? null };
    before = point.home;
    return step;
  });
  return { ...innings, steps, found: found?.home ?? null, start: startOf(innings, steps, found, events) };
}

/** Where the innings stood when the match began: nought, but for a match that begins in the middle. */
function startOf(innings, steps, found, events) {
  const started = events.find(
    (event) => event.type === "innings.started" && event.data.innings === innings.innings,
  );
  const score = started?.data.before?.score ?? (steps.length ? null : innings);
  if (score) return { runs: score.runs, wickets: score.wickets, balls: score.legal_balls };
  const first = innings.past_overs[0];
  if (!found || !first) return { runs: 0, wickets: 0, balls: found?.balls ?? 0 };
  const [runs, wickets] = first.score.split("/").map(Number);
  return { runs: runs - first.runs, wickets: wickets - first.wickets, balls: found.balls };
}

/** The innings' score as it grew, `{balls, runs, wickets, fell, seq}`; by overs where a ball's event is not here. */
export function progressOf(innings) {
  const points = [{ ...innings.start, fell: false, seq: null }];
  const ends = new Map(innings.past_overs.map((over) => [over.balls.at(-1), over]));
  const shown = [...innings.past_overs.flatMap((over) => over.balls), ...innings.this_over];
  innings.steps.forEach((step, i) => {
    const over = ends.get(shown[i]);
    if (step.data) {
      const { runs, wickets } = step.data.score;
      points.push({ balls: step.balls, runs, wickets, fell: step.wicket, seq: step.seq });
    } else if (over) {
      const [runs, wickets] = over.score.split("/").map(Number);
      points.push({ balls: step.balls, runs, wickets, fell: false, seq: null });
    }
  });
  const last = points.at(-1);
  const now = { balls: innings.legal_balls, runs: innings.runs, wickets: innings.wickets, fell: false, seq: null };
  return last.balls === now.balls && last.runs === now.runs ? points : [...points, now];
}

/** Runs and wickets by over, `{over, bowler, runs, wickets, balls, complete}`; `over` counts from 0. */
export function oversOf(innings) {
  const overs = innings.past_overs.map((over) => ({ ...over, complete: true }));
  if (innings.this_over.length === 0) return overs;
  const sum = (key) => overs.reduce((total, over) => total + over[key], innings.start[key]);
  const over = Number(innings.this_over[0].ball.split(".")[0]);
  const [runs, wickets] = [innings.runs - sum("runs"), innings.wickets - sum("wickets")];
  return [...overs, { over, bowler: innings.bowler, runs, wickets, balls: innings.this_over, complete: false }];
}

/** Legal balls of the powerplay; a super over has none (its restrictions are those of a last over). */
export function powerplayBalls(maxOvers, innings = 1) {
  if (innings > 2) return 0;
  if (maxOvers === 50) return ODI_PHASES[0].end;
  return Math.max(1, Math.floor((maxOvers * BALLS_PER_OVER * 3 + 5) / 10));
}

/** Fielders allowed outside the circle for the ball that follows `balls` legal ones. */
export function outsideAllowed(maxOvers, innings, balls) {
  if (innings > 2) return MOST_OUTSIDE;
  if (maxOvers === 50) return ODI_PHASES.find((phase) => balls < phase.end)?.outside ?? MOST_OUTSIDE;
  return balls < powerplayBalls(maxOvers) ? POWERPLAY_OUTSIDE : MOST_OUTSIDE;
}

const LONGEST_SWING = 3;
const LEAST_SWING = 0.05;

/**
 * The turning points: the `most` largest swings of the win probability over one to three balls of an innings, in the order
 * of play. A swing over k balls is measured by |change| ÷ √k, since k balls of chance alone move it √k times as far as
 * one; no ball is in two swings, and none is smaller than five points.
 */
export function turningPoints(steps, most = 3) {
  const chosen = [];
  for (const swing of swings(steps).sort((a, b) => b.weight - a.weight || a.from - b.from)) {
    if (chosen.length === most) break;
    if (chosen.every((other) => swing.to < other.from || swing.from > other.to)) chosen.push(swing);
  }
  return chosen.sort((a, b) => a.from - b.from);
}

/** Every swing that is large enough, as `{from, to, change, weight}`: `from` and `to` index `steps`, both included. */
function swings(steps) {
  const found = [];
  steps.forEach((first, from) => {
    if (first.before === null) return;
    for (let to = from; to < Math.min(from + LONGEST_SWING, steps.length); to += 1) {
      if (steps[to].innings !== first.innings) break;
      const change = steps[to].home - first.before;
      const weight = Math.abs(change) / Math.sqrt(to - from + 1);
      if (Math.abs(change) >= LEAST_SWING) found.push({ from, to, change, weight });
    }
  });
  return found;
}

/**
 * The home side's luck after each known ball, with that of the toss where it is known: `{toss, start, points, now, whole}`. What was drawn
 * before the first ball is in the result alone. `whole` where every ball is known.
 */
export function luckOf(frame, events) {
  const { steps, missing } = storyOf(frame, events);
  const known = steps.filter((step) => step.data);
  const toss = events.find((event) => event.type === "toss")?.data.luck ?? 0;
  let luck = toss + frame.luck - known.reduce((sum, step) => sum + step.data.luck, 0);
  const start = luck;
  const points = known.map((step) => ({ ...step, change: step.data.luck, luck: (luck += step.data.luck) }));
  return { toss, start, points, now: luck, whole: missing === 0 };
}
