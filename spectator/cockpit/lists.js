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

const items = new Map(); // stream -> its <li>, as long as it is listed
let drawn = {};

/**
 * The list of matches as the bus told it: `found` is `{ streams, total, search }`, where `streams` are the newest of
 * `total`. `current` is being watched, `featured` is on the channel. A match keeps its nodes while it is listed: a
 * button that is replaced between press and release is never clicked.
 */
export function drawMatches({ found, current, featured, onChoose }) {
  if (found === drawn.found && current === drawn.current && featured === drawn.featured) return;
  if (byId("matches").querySelector("button:active")) return; // nothing moves away under a press
  drawn = { found, current, featured };
  setText(byId("list-count"), countText(found));
  const listed = new Set(found.streams.map((stream) => stream.stream));
  for (const stream of [...items.keys()]) if (!listed.has(stream)) items.delete(stream);
  const nodes = found.streams.map((stream) => {
    if (!items.has(stream.stream)) items.set(stream.stream, item(stream.stream, onChoose));
    return fill(items.get(stream.stream), stream, { current, featured });
  });
  const note = noteText(found);
  place(byId("matches"), note ? [...nodes, el("li", { class: "none" }, note)] : nodes);
}

function countText({ total, search }) {
  if (search) return `${total} found`;
  return total ? plural(total, "match", "matches") : "";
}

function noteText({ streams, total, search }) {
  if (total === 0) return search ? "Nothing found." : "No match has been published yet.";
  return total > streams.length ? `The latest ${streams.length} are shown; search finds the others.` : null;
}

/** Make `nodes` the children of `list`; those that are there and in order are not touched. */
function place(list, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, at) => {
    if (list.children[at] !== node) list.insertBefore(node, list.children[at] ?? null);
  });
}

function item(stream, onChoose) {
  return el(
    "li",
    {},
    el(
      "button",
      { type: "button", "data-stream": stream, onclick: () => onChoose(stream) },
      el("span", { class: "pair" }),
      el("span", { class: "state" }),
      el("span", { class: "result" }),
    ),
  );
}

function fill(node, stream, { current, featured }) {
  const button = node.firstChild;
  const [pair, state, result] = button.children;
  const live = stream.state === "live";
  if (stream.stream === current) button.setAttribute("aria-current", "true");
  else button.removeAttribute("aria-current");
  setText(pair, `${stream.home ?? "?"} v ${stream.away ?? "?"}`);
  state.classList.toggle("live", live);
  setText(state, stateText(stream, live, stream.stream === featured));
  setText(result, resultText(stream));
  return node;
}

function stateText(stream, live, isFeatured) {
  if (live) return isFeatured ? "● featured" : "● live";
  return isFeatured ? "featured" : (stream.format ?? "");
}

function resultText(stream) {
  if (stream.result === undefined) return stream.episode_id;
  const scores = (stream.score ?? []).map((line) => `${line.runs}/${line.wickets}`).join(", ");
  return [stream.result || stream.end_reason, scores].filter(Boolean).join(" · ");
}
