// The table as it changes: rows glide to their new places, and say how far they came.

import { html, useLayoutEffect, useRef } from "../vendor/preact.js";
import { plural } from "../words.js";
import * as words from "./words.js";

const GLIDE_MS = 420;
const COLUMNS = [
  ["played", "P", "Played"],
  ["won", "W", "Won"],
  ["lost", "L", "Lost"],
  ["tied", "T", "Tied"],
  ["points", "Pts", "Points"],
  ["nrr", "NRR", "Net run rate"],
];
const LEFT_OUT = ["lost", "tied"]; // where there is little room
const TROUBLE = [
  ["void", "V", "Void"],
  ["forfeits", "Fft", "Forfeits"],
  ["fallbacks", "Fb", "Decisions that the fallback made"],
];

export function StandingsCard({ run, stream }) {
  return html`
    <section class="card" aria-labelledby="standings-title">
      <h2 id="standings-title">Standings</h2>
      <div class="scroll" tabindex="0" role="region" aria-label="Captains, best first">
        <${StandingsTable} run=${run} stream=${stream} />
      </div>
      ${run.rows.some((row) => row.by_lot && row.played) &&
      html`<p class="quiet">* level on everything; placed by lot</p>`}
      ${run.rows.some((row) => row.by_share) && html`<p class="quiet">By points a match, as not all have played as many</p>`}
    </section>
  `;
}

/** With `stream`, names and counts lead to the matches behind them; without it there is little room. */
export function StandingsTable({ run, stream = null, name = "standings" }) {
  const body = useRef(null);
  useGlide(body, run.rows);
  const trouble = TROUBLE.filter(([key]) => run.rows.some((row) => row[key]));
  const isTold = ([key]) => run.rows.some((row) => row[key] !== undefined) && (stream !== null || !LEFT_OUT.includes(key));
  const columns = [...COLUMNS.filter(isTold), ...trouble];
  return html`
    <table class="figures standings">
      <thead>
        <tr>
          <th scope="col">Captain</th>
          ${columns.map(([, short, long]) => html`<th scope="col"><abbr title=${long}>${short}</abbr></th>`)}
        </tr>
      </thead>
      <tbody id=${name} ref=${body}>
        ${run.rows.map(
          (row, i) =>
            html`<${Row}
              key=${row.captain}
              row=${row}
              place=${i + 1}
              move=${run.moves.get(row.captain)}
              columns=${columns}
              stream=${stream}
            />`,
        )}
      </tbody>
    </table>
  `;
}

function Row({ row, place, move, columns, stream }) {
  const name = html`<bdi>${breakable(row.captain)}</bdi>`;
  return html`
    <tr data-captain=${row.captain}>
      <th scope="row">
        <span class="placed">
          <span class="place">${place}${row.by_lot && row.played ? "*" : ""}</span>
          <span class="moved">${move && html`<${Move} by=${move.by} />`}</span>
          ${stream ? html`<a href=${words.matchesPath(stream, { captains: [row.captain] })}>${name}</a>` : name}
        </span>
      </th>
      ${columns.map(([key]) => html`<td class=${key === "points" ? "main" : ""}>${linked(stream, row, key)}</td>`)}
    </tr>
  `;
}

/** A name may go on in the next line after an underscore or a dot, too. */
const breakable = (name) => name.split(/(?<=[_.])/).flatMap((part, i) => (i ? [html`<wbr />`, part] : [part]));

/** Places gained or lost: an arrow, a number, and words for who sees neither. */
function Move({ by }) {
  const up = by > 0;
  return html`
    <span class=${`move ${up ? "up" : "down"}`}>
      <span aria-hidden="true">${up ? "▲" : "▼"}${Math.abs(by)}</span>
      <span class="sr">${up ? "up" : "down"} ${plural(Math.abs(by), "place")}</span>
    </span>
  `;
}

const BEHIND = {
  played: { state: "ended" },
  won: { result: "won" },
  lost: { result: "lost" },
  tied: { result: "tied" },
  points: { state: "ended" },
  nrr: { state: "ended" },
  void: { state: "void" },
  forfeits: { state: "forfeit" },
};

function linked(stream, row, key) {
  const text = cell(key, row[key]);
  if (!stream || !BEHIND[key] || !row[key]) return text;
  return html`<a href=${words.matchesPath(stream, { captains: [row.captain], ...BEHIND[key] })}>${text}</a>`;
}

function cell(key, value) {
  if (key in { void: 0, forfeits: 0, fallbacks: 0 }) return String(value ?? 0);
  if (value === null || value === undefined) return "–";
  return key === "nrr" ? words.signed(value, 2) : words.number(value);
}

/** Where rows change places they glide there, unless motion is to be kept small. */
function useGlide(body, rows) {
  const before = useRef(new Map());
  const order = rows.map((row) => row.captain).join("\n");
  useLayoutEffect(() => {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const now = new Map();
    for (const row of body.current.children) {
      const { captain } = row.dataset;
      now.set(captain, row.offsetTop);
      const moved = (before.current.get(captain) ?? row.offsetTop) - row.offsetTop;
      if (moved !== 0 && !still) glide(row, moved);
    }
    before.current = now;
  }, [order]);
}

function glide(row, from) {
  row.animate([{ transform: `translateY(${from}px)` }, { transform: "none" }], {
    duration: GLIDE_MS,
    easing: "cubic-bezier(.2, .7, .2, 1)",
  });
}
