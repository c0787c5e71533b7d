// The full card of every innings: batting with how out, extras, who is still to bat, fall of wickets, bowling.

import { Extras, FallOfWickets } from "../charts/index.js";
import { html } from "../vendor/preact.js";
import * as words from "../words.js";
import { Batting, Bowling } from "./figures.js";

/** `onJump(seq)` is told which ball was asked for. */
export function Scorecards({ frame, events, onJump }) {
  return html`
    <section class="card" aria-labelledby="cards-title">
      <h2 id="cards-title">Scorecards</h2>
      <div class="innings-cards">
        ${frame.innings.length === 0 && html`<p class="none">No innings has begun.</p>`}
        ${frame.innings.map(
          (innings) => html`
            <${Card} key=${innings.innings} frame=${frame} events=${events} innings=${innings} onJump=${onJump} />
          `,
        )}
      </div>
    </section>
  `;
}

function Card({ frame, events, innings, onJump }) {
  const name = words.inningsName(innings.innings);
  const about = `${words.captainOf(frame, innings.batting)}, ${name}`;
  return html`
    <section class="innings-card">
      <h3>
        <span><bdi>${words.captainOf(frame, innings.batting)}</bdi>, ${name}</span>
        <span class="total">${innings.runs}/${innings.wickets} <span class="quiet">(${innings.overs})</span></span>
      </h3>
      <div class="scroll" tabindex="0" role="region" aria-label=${`Batting of ${about}`}>
        <${Batting} innings=${innings} rows=${innings.batters} caption=${`Batting of ${about}`} />
      </div>
      <${Extras} frame=${frame} events=${events} innings=${innings.innings} />
      <${ToBat} frame=${frame} innings=${innings} />
      <${FallOfWickets} frame=${frame} events=${events} innings=${innings.innings} onJump=${onJump} />
      <div class="scroll" tabindex="0" role="region" aria-label=${`Bowling against ${about}`}>
        <${Bowling} innings=${innings} rows=${innings.bowlers} caption=${`Bowling against ${about}`} />
      </div>
    </section>
  `;
}

function ToBat({ frame, innings }) {
  if (innings.innings > 2) return null; // two wickets end a super over: nearly everybody is
  const batted = new Set(innings.batters.map((batter) => batter.name));
  const left = (frame[innings.batting]?.players ?? []).filter((name) => !batted.has(name));
  if (left.length === 0) return null;
  return html`
    <p class="to-bat">
      <span class="quiet">${innings.complete ? "Did not bat" : "Still to bat"}</span> <bdi>${left.join(", ")}</bdi>
    </p>
  `;
}
