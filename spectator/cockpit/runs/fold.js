// A tournament as a fold over its events. Every event tells the whole of its part, so the last one of each
// type is enough to begin with.

import { silence } from "./words.js";

const MOVES_KEPT = 4; // tables for which a change of place is still shown

export const NO_RUN = Object.freeze({
  name: "",
  captains: [],
  episodes: 0,
  kind: "",
  format: "",
  pairs: 0,
  bestOf: 0, // pairs of an encounter, where there is a bracket
  rounds: 0,
  schedule: [],
  spectate: "",
  startedAt: null,
  followed: false, // whether it was started anew since
  heardAt: null,
  played: 0,
  rows: [],
  moves: new Map(), // captain -> { by, age }: places gained, and how many tables ago
  progress: null,
  cost: null,
  playing: [],
  recent: [],
  crosstable: null, // { cells: Map, ratings, fixtures }
  planned: [], // pairs of each fixture, where they differ
  stages: [],
  champion: null,
  ended: null,
});

export function foldRun(run, { type, ts, data }) {
  const heard = { ...run, name: data.name, heardAt: ts };
  switch (type) {
    case "tournament.started":
      return {
        ...heard,
        captains: data.captains,
        episodes: data.episodes,
        kind: data.kind,
        format: data.format,
        pairs: data.pairs,
        bestOf: data.best_of ?? 0,
        rounds: data.rounds,
        schedule: data.schedule,
        spectate: data.spectate,
        startedAt: ts,
        rows: data.captains.map((captain) => ({ captain })),
      };
    case "tournament.standings":
      return {
        ...heard,
        episodes: data.episodes,
        played: data.played,
        rows: data.rows,
        moves: movesOf(run, data),
        progress: data.progress ?? null,
        cost: data.cost ?? null,
        playing: data.playing ?? [],
        recent: data.recent ?? [],
      };
    case "tournament.crosstable":
      return { ...heard, crosstable: crosstableOf(data), ...grown(heard, data) };
    case "tournament.ended":
      return { ...heard, ended: data, playing: [] };
    default:
      return run;
  }
}

/** Who has changed his place in the last few tables; nobody does before anything has been played. */
function movesOf(run, { rows, played }) {
  const moves = new Map();
  if (run.played === 0 || played === run.played) return run.moves;
  const before = new Map(run.rows.map((row, place) => [row.captain, place]));
  rows.forEach(({ captain }, place) => {
    const by = (before.get(captain) ?? place) - place;
    const old = run.moves.get(captain);
    if (by !== 0) moves.set(captain, { by, age: 0 });
    else if (old && old.age + 1 < MOVES_KEPT) moves.set(captain, { ...old, age: old.age + 1 });
  });
  return moves;
}

/** What a plan that grows with its results has come to; of any other there is nothing to tell. */
function grown(run, { schedule = [], pairs = [], stages = [], champion = null }) {
  if (schedule.length === 0) return {};
  return {
    schedule,
    rounds: schedule.length,
    planned: pairs,
    stages,
    champion: champion === null ? null : run.captains[champion],
  };
}

function crosstableOf({ cells, ratings, fixtures, played }) {
  return { played, cells: new Map(cells.map((cell) => [`${cell.first}/${cell.second}`, cell])), ratings, fixtures };
}

/** Captain `a` against captain `b` as `a` sees it, by their places in the file; null before they have met. */
export function cellOf(crosstable, a, b) {
  const cell = crosstable?.cells.get(`${Math.min(a, b)}/${Math.max(a, b)}`);
  if (!cell) return null;
  return a < b ? cell : turned(cell);
}

function turned(cell) {
  const { adjusted } = cell;
  return {
    ...cell,
    won: cell.lost,
    lost: cell.won,
    points: cell.points_against,
    points_against: cell.points,
    adjusted: adjusted && {
      ...adjusted,
      mean: 1 - adjusted.mean,
      low: adjusted.high === null ? null : 1 - adjusted.high,
      high: adjusted.low === null ? null : 1 - adjusted.low,
    },
  };
}

/** "loading" before anything is known; else in play, or how it ended, as far as can be told. */
export function stateOf(run, now) {
  if (run.name === "") return "loading";
  return run.ended?.state ?? openState(run, now);
}

/** The state of a start of a run that has not said that it is over. One that shows its last match has no news. */
export function openState({ followed, heardAt, progress }, now) {
  if (followed) return "broken off";
  return progress?.open === 0 || !silence(heardAt, now) ? "in play" : "no news";
}
