// Balls as glyphs: the over in progress, and all overs of the match.

import { html } from "../vendor/preact.js";
import * as words from "../words.js";

export function Glyph({ ball }) {
  return html`<span class=${`ball ${ball.kind}`}>${ball.glyph}</span>`;
}

/** The over in progress, or the last one until the next begins. */
export function OverStrip({ innings }) {
  const { balls, number, bowler, runs } = overShown(innings);
  const spare = Math.max(0, 6 - balls.length);
  return html`
    <div class="over-strip">
      <div class="over-label">
        <span id="over-title">${bowler ? html`Over ${number + 1} · <bdi>${bowler}</bdi>` : "This over"}</span>
        <span id="over-sum" class="quiet">${runs === null ? "" : words.plural(runs, "run")}</span>
      </div>
      <ol id="over" class="balls" aria-label="Balls of this over">
        ${balls.map(
          (ball) => html`
            <li class=${`ball ${ball.kind}`} title=${ballTitle(ball)}>${ball.glyph}</li>
          `,
        )}
        ${Array.from({ length: spare }, () => html`<li class="ball empty" aria-hidden="true"></li>`)}
      </ol>
    </div>
  `;
}

function overShown(innings) {
  if (innings === null) return { balls: [], number: 0, bowler: "", runs: null };
  const past = innings.past_overs.at(-1);
  if (innings.this_over.length > 0 || !past) {
    return { balls: innings.this_over, number: words.overOf(innings), bowler: innings.bowler ?? "", runs: null };
  }
  return { balls: past.balls, number: past.over, bowler: past.bowler, runs: past.runs };
}

const ballTitle = (ball) => `${ball.ball}: ${words.glyphText[ball.kind]} ${ball.glyph}`;

/** Every over so far, the latest first; a press on one shows the match as it stood after it. */
export function Overs({ frame, onOver }) {
  const played = frame.innings.filter((innings) => innings.past_overs.length);
  return html`
    <section class="card overs" aria-labelledby="overs-title">
      <h2 id="overs-title">Overs</h2>
      <div id="overs" class="past">
        ${played.length === 0 && html`<p class="none">No over is complete.</p>`}
        ${[...played].reverse().map(
          (innings) => html`
            <section key=${innings.innings}>
              <h3><bdi>${words.captainOf(frame, innings.batting)}</bdi>, ${words.inningsName(innings.innings)}</h3>
              <ol>
                ${[...innings.past_overs].reverse().map(
                  (over) => html`<${PastOver} key=${over.over} over=${over} onPress=${() => onOver(innings.innings, over.over)} />`,
                )}
              </ol>
            </section>
          `,
        )}
      </div>
    </section>
  `;
}

function PastOver({ over, onPress }) {
  return html`
    <li>
      <button type="button" class="no" onClick=${onPress} aria-label=${`To the end of over ${over.over + 1}`}>
        ${over.over + 1}
      </button>
      <div>
        <span class="mini">${over.balls.map((ball) => html`<${Glyph} ball=${ball} />`)}</span>
        <span class="by"><bdi>${over.bowler}</bdi></span>
      </div>
      <span class="sum">${over.score}<span class="by">${words.plural(over.runs, "run")}</span></span>
    </li>
  `;
}
