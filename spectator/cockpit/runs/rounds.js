// The schedule round by round, as a bracket is read: from left to right.

import { html, useState } from "../vendor/preact.js";
import { plural } from "../words.js";
import * as words from "./words.js";

const SHOWN = 12; // rounds side by side

export function Rounds({ run, stream }) {
  const [first, setFirst] = useState(null);
  if (run.rounds < 2) return null;
  const rounds = roundsOf(run);
  if (rounds.length === 0) return html`<${Long} run=${run} />`;
  const now = Math.max(0, rounds.findIndex((round) => !round.done));
  const last = Math.max(0, rounds.length - SHOWN);
  const from = Math.min(last, first ?? Math.floor(now / SHOWN) * SHOWN);
  const shown = rounds.slice(from, from + SHOWN);
  return html`
    <section class="card" aria-labelledby="rounds-title">
      <div class="card-head">
        <h2 id="rounds-title">Rounds</h2>
        ${last > 0 &&
        html`
          <span class="row">
            <button type="button" disabled=${from === 0} onClick=${() => setFirst(Math.max(0, from - SHOWN))}>Earlier</button>
            <span class="quiet">${from + 1} to ${from + shown.length} of ${rounds.length}</span>
            <button type="button" disabled=${from === last} onClick=${() => setFirst(from + SHOWN)}>Later</button>
          </span>
        `}
      </div>
      <div class="scroll" tabindex="0" role="region" aria-label="Round by round">
        <ol id="rounds" class="rounds">
          ${shown.map((round) => html`<${Round} key=${round.number} round=${round} stream=${stream} />`)}
        </ol>
      </div>
    </section>
  `;
}

function Long({ run }) {
  return html`
    <section class="card" aria-labelledby="rounds-title">
      <h2 id="rounds-title">Rounds</h2>
      <p class="none">${plural(run.rounds, "round")}: too many to list here. The crosstable has everybody who met.</p>
    </section>
  `;
}

/** Each round with its fixtures: who meets, how it stands, how much of it is played. */
function roundsOf(run) {
  const scores = run.crosstable?.fixtures ?? [];
  let at = 0;
  return run.schedule.map((fixtures, i) => {
    const told = fixtures.map(([first, second]) => {
      const [won, lost, tied, voids] = scores[at] ?? [0, 0, 0, 0];
      const all = 2 * (run.planned[at] ?? run.pairs);
      at += 1;
      return { first: run.captains[first], second: run.captains[second], won, lost, tied, voids, all, played: won + lost + tied };
    });
    return { number: i + 1, fixtures: told, done: told.every(({ played, voids, all }) => played + voids >= all) };
  });
}

function Round({ round, stream }) {
  return html`
    <li>
      <h3>Round ${round.number}</h3>
      <ul>
        ${round.fixtures.map((fixture) => html`<${Fixture} fixture=${fixture} stream=${stream} />`)}
      </ul>
    </li>
  `;
}

function Fixture({ fixture, stream }) {
  const { first, second, won, lost, tied, voids, played, all } = fixture;
  const state = played + voids === 0 ? "to come" : played + voids < all ? `${played} of ${all}` : "played";
  return html`
    <li class=${`fixture ${state === "to come" ? "open" : ""}`}>
      <a href=${words.matchesPath(stream, { captains: [first, second] })}>
        <span class=${won > lost ? "ahead" : ""}><bdi>${first}</bdi><b>${played ? won : ""}</b></span>
        <span class=${lost > won ? "ahead" : ""}><bdi>${second}</bdi><b>${played ? lost : ""}</b></span>
        <small>
          ${state}${tied > 0 ? ` · ${tied} tied` : ""}${voids > 0 ? ` · ${voids} void` : ""}
        </small>
      </a>
    </li>
  `;
}
