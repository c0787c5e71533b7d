// Captain by captain: who beat whom, how often, and how clearly.

import { html } from "../vendor/preact.js";
import { cellOf } from "./fold.js";
import * as words from "./words.js";

const MANY = 8; // captains whose crosstable takes the whole width
const WARMEST = 0.3; // of the colour; the text on it must stay easy to read
const FULL_AT = 0.5; // a mean so far from level has the full colour

export function Crosstable({ run, stream }) {
  const order = run.rows.map(({ captain }) => captain);
  const place = new Map(run.captains.map((captain, i) => [captain, i]));
  const known = run.crosstable !== null && run.crosstable.cells.size > 0;
  return html`
    <section class="card" aria-labelledby="crosstable-title">
      <h2 id="crosstable-title">Crosstable</h2>
      ${!known && html`<p class="none">Nobody has met yet.</p>`}
      ${known &&
      html`
        <div class="scroll" tabindex="0" role="region" aria-label="Captain by captain">
          <table class=${`crosstable ${order.length > MANY ? "many" : ""}`}>
            <thead>
              <tr>
                <td></td>
                ${order.map(
                  (captain, i) =>
                    html`<th scope="col"><abbr title=${captain}>${i + 1}</abbr><span class="sr"> <bdi>${captain}</bdi></span></th>`,
                )}
              </tr>
            </thead>
            <tbody id="crosstable">
              ${order.map(
                (captain, i) => html`
                  <tr key=${captain}>
                    <th scope="row" title=${captain}><span class="place">${i + 1}</span><bdi>${captain}</bdi></th>
                    ${order.map(
                      (other) =>
                        html`<${Cell}
                          key=${other}
                          cell=${captain === other ? undefined : cellOf(run.crosstable, place.get(captain), place.get(other))}
                          pair=${[captain, other]}
                          stream=${stream}
                        />`,
                    )}
                  </tr>
                `,
              )}
            </tbody>
          </table>
        </div>
        <p class="quiet">
          Won–lost–tied by the row’s captain, and his mean score with the luck taken out. Green is above level, brown below.
        </p>
      `}
    </section>
  `;
}

function Cell({ cell, pair, stream }) {
  if (cell === undefined) return html`<td class="self"><span class="sr">himself</span></td>`;
  if (cell === null) return html`<td class="unmet"><span class="sr">not met</span></td>`;
  const { mean, strength } = heatOf(cell);
  return html`
    <td class=${mean >= 0.5 ? "above" : "below"} style=${{ "--heat": `${Math.round(100 * strength)}%` }}>
      <a href=${words.matchesPath(stream, { captains: pair, state: cell.played ? "ended" : "void" })} title=${titleOf(cell, pair)}>
        <span class="record">${cell.played ? `${cell.won}–${cell.lost}–${cell.tied}` : `${cell.void} void`}</span>
        <span class="mean">${cell.adjusted ? words.score(cell.adjusted.mean) : ""}</span>
      </a>
    </td>
  `;
}

function heatOf({ adjusted, played, won, tied }) {
  const mean = adjusted?.mean ?? (played ? (won + tied / 2) / played : 0.5);
  return { mean, strength: WARMEST * Math.min(1, Math.abs(mean - 0.5) / FULL_AT) };
}

function titleOf(cell, [captain, other]) {
  const parts = [
    `${captain} against ${other}: ${cell.won} won, ${cell.lost} lost, ${cell.tied} tied`,
    cell.void > 0 && `${cell.void} void`,
    `${cell.points} to ${cell.points_against} points`,
    cell.adjusted && `luck-adjusted ${words.estimate(cell.adjusted)} over ${cell.adjusted.pairs} pairs`,
  ];
  return parts.filter(Boolean).join("; ");
}
