// A tournament as a fold over its events, and its table.

import { encodeStream } from "../api.js";
import { Feed } from "../feed.js";
import { html, useEffect, useState } from "../vendor/preact.js";
import { plural } from "../words.js";

const COLUMNS = [
  ["played", "P", "Played"],
  ["won", "W", "Won"],
  ["lost", "L", "Lost"],
  ["tied", "T", "Tied"],
  ["points", "Pts", "Points"],
  ["nrr", "NRR", "Net run rate"],
];

export const NO_RUN = Object.freeze({ name: "", episodes: 0, played: 0, rows: [], ended: false });

export function foldRun(run, { type, data }) {
  switch (type) {
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

/** The run of `stream` as its events arrive; `NO_RUN` where `stream` is null. */
export function useRun(api, stream) {
  const [run, setRun] = useState(NO_RUN);
  useEffect(() => {
    setRun(NO_RUN);
    if (stream === null) return undefined;
    const feed = new Feed(api, `/api/streams/${encodeStream(stream)}/ws`, {
      onReset: () => setRun(NO_RUN),
      onEvents: (events) => setRun((before) => events.reduce(foldRun, before)),
    });
    return () => feed.close();
  }, [api, stream]);
  return run;
}

export function Standings({ run }) {
  const known = run.name !== "";
  const columns = COLUMNS.filter(([key]) => run.rows.some((row) => row[key] !== undefined));
  return html`
    <p id="run-name" class="quiet"><bdi>${known ? run.name : "No tournament yet."}</bdi></p>
    ${known && html`<${Progress} run=${run} />`}
    <div class="scroll" tabindex="0" role="region" aria-label="Captains, best first">
      <table class="figures standings">
        <thead>
          <tr hidden=${!known}>
            <th scope="col">Captain</th>
            ${columns.map(([, short, long]) => html`<th scope="col"><abbr title=${long}>${short}</abbr></th>`)}
          </tr>
        </thead>
        <tbody id="standings">
          ${run.rows.map((row, i) => html`<${Standing} key=${row.captain} row=${row} place=${i + 1} columns=${columns} />`)}
        </tbody>
      </table>
    </div>
  `;
}

function Progress({ run }) {
  return html`
    <progress id="run-progress" max=${Math.max(1, run.episodes)} value=${run.played} aria-label="Episodes played"></progress>
    <p id="run-count" class="quiet count">
      ${run.played} of ${plural(run.episodes, "match", "matches")}${run.ended ? ", final" : ""}
    </p>
  `;
}

function Standing({ row, place, columns }) {
  return html`
    <tr>
      <th scope="row"><span class="place">${place}</span><bdi>${row.captain}</bdi></th>
      ${columns.map(([key]) => html`<td class=${key === "points" ? "main" : ""}>${cell(key, row[key])}</td>`)}
    </tr>
  `;
}

function cell(key, value) {
  if (value === null || value === undefined) return "–";
  if (key !== "nrr") return String(value);
  return `${value > 0 ? "+" : value < 0 ? "−" : ""}${Math.abs(value).toFixed(2)}`;
}
