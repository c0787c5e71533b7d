// The side of the page: standings of the run, list of matches.

import { byId, el, setText } from "./dom.js";
import { plural } from "./words.js";

const COLUMNS = [
  ["played", "P", "Played"],
  ["won", "W", "Won"],
  ["lost", "L", "Lost"],
  ["tied", "T", "Tied"],
  ["points", "Pts", "Points"],
  ["nrr", "NRR", "Net run rate"],
];

/** A run as a fold over its events. */
export const NO_RUN = Object.freeze({ name: "", episodes: 0, played: 0, rows: [], ended: false });

export function foldRun(run, event) {
  const data = event.data;
  switch (event.type) {
    case "tournament.started":
      return {
        ...run,
        name: data.name,
        episodes: data.episodes,
        rows: data.captains.map((captain) => ({ captain })),
      };
    case "tournament.standings":
      return { ...run, name: data.name, episodes: data.episodes, played: data.played, rows: data.rows };
    case "tournament.ended":
      return { ...run, played: data.played, ended: true };
    default:
      return run;
  }
}

export function drawRun(run) {
  const known = run.name !== "";
  setText(byId("run-name"), known ? run.name : "No tournament yet.");
  setText(byId("run-state"), known ? (run.ended ? "final" : "in play") : "");
  setText(byId("run-count"), known ? `${run.played} of ${plural(run.episodes, "match", "matches")}` : "");
  byId("run-progress").max = Math.max(1, run.episodes);
  byId("run-progress").value = run.played;
  const columns = COLUMNS.filter(([key]) => run.rows.some((row) => row[key] !== undefined));
  byId("standings-head").replaceChildren(
    el("th", { scope: "col" }, "Captain"),
    ...columns.map(([, short, long]) => el("th", { scope: "col", title: long }, short)),
  );
  byId("standings").replaceChildren(...run.rows.map((row, i) => standing(row, i, columns)));
}

function standing(row, index, columns) {
  return el(
    "tr",
    {},
    el("td", {}, el("span", { class: "place" }, `${index + 1}`), String(row.captain ?? row.name ?? "")),
    ...columns.map(([key]) => el("td", { class: key === "points" ? "main" : null }, cell(key, row[key]))),
  );
}

function cell(key, value) {
  if (value === null || value === undefined) return "–";
  if (key !== "nrr") return String(value);
  return `${value > 0 ? "+" : value < 0 ? "−" : ""}${Math.abs(value).toFixed(2)}`;
}

/** The list of matches that `search` finds; `current` is being watched, `featured` is on the channel. */
export function drawMatches({ streams, search, current, featured, onChoose }) {
  const wanted = search.trim().toLowerCase();
  const found = streams.filter((s) => text(s).toLowerCase().includes(wanted));
  setText(byId("list-count"), streams.length ? plural(streams.length, "match", "matches") : "");
  const items = found.map((stream) => item(stream, { current, featured, onChoose }));
  const none = streams.length ? "Nothing found." : "No match has been published yet.";
  const list = byId("matches");
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.stream : null;
  list.replaceChildren(...(items.length ? items : [el("li", { class: "none" }, none)]));
  if (focused) list.querySelector(`[data-stream="${CSS.escape(focused)}"]`)?.focus();
}

function text(stream) {
  return `${stream.home ?? ""} ${stream.away ?? ""} ${stream.stream} ${stream.result ?? ""}`;
}

function item(stream, { current, featured, onChoose }) {
  const isFeatured = stream.stream === featured;
  const live = stream.state === "live";
  const state = live ? (isFeatured ? "● featured" : "● live") : isFeatured ? "featured" : (stream.format ?? "");
  return el(
    "li",
    {},
    el(
      "button",
      {
        type: "button",
        "data-stream": stream.stream,
        "aria-current": stream.stream === current ? "true" : null,
        onclick: () => onChoose(stream.stream),
      },
      el("span", { class: "pair" }, `${stream.home ?? "?"} v ${stream.away ?? "?"}`),
      el("span", { class: `state${live ? " live" : ""}` }, state),
      el("span", { class: "result" }, resultText(stream)),
    ),
  );
}

function resultText(stream) {
  if (stream.result === undefined) return stream.episode_id;
  const scores = (stream.score ?? []).map((line) => `${line.runs}/${line.wickets}`).join(", ");
  return [stream.result || stream.end_reason, scores].filter(Boolean).join(" · ");
}
