// Balls as glyphs: the over in progress, and the tape of all overs.

import { BALLS_PER_OVER } from "../scorebook.js";
import { html, useLayoutEffect, useRef } from "../vendor/preact.js";
import * as words from "../words.js";

export function Glyph({ ball }) {
  return html`<span class=${`ball ${ball.kind}`}>${ball.glyph}</span>`;
}

/** The over in progress, or the last one until the next begins. */
export function OverStrip({ innings }) {
  const { balls, number, bowler, runs, left } = overShown(innings);
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
        ${Array.from({ length: left }, () => html`<li class="ball empty" aria-hidden="true"></li>`)}
      </ol>
    </div>
  `;
}

function overShown(innings) {
  if (innings === null) return { balls: [], number: 0, bowler: "", runs: null, left: BALLS_PER_OVER };
  const past = innings.past_overs.at(-1);
  if (innings.this_over.length > 0 || !past) {
    return { balls: innings.this_over, number: words.overOf(innings), bowler: innings.bowler ?? "", runs: null, left: words.ballsLeft(innings) };
  }
  return { balls: past.balls, number: past.over, bowler: past.bowler, runs: past.runs, left: 0 };
}

const ballTitle = (ball) => `${ball.ball}: ${words.glyphText[ball.kind]} ${ball.glyph}`;

/** The match as a tape of overs, the latest at its end; a press on one shows the match as it stood after it. */
export function Ticker({ frame, onOver }) {
  const tape = useRef(null);
  const overs = frame.innings.flatMap(tapeOf);
  const balls = overs.reduce((sum, over) => sum + over.balls.length, 0);
  useLayoutEffect(() => {
    tape.current.scrollLeft = tape.current.scrollWidth;
  }, [balls]);
  return html`
    <section class="card ticker" aria-labelledby="ticker-title">
      <h2 id="ticker-title" class="sr">Overs</h2>
      <ol id="ticker" class="tape scroll" ref=${tape} tabindex="0" aria-label="Overs, the latest last">
        ${overs.length === 0 && html`<li class="none">No ball has been bowled.</li>`}
        ${overs.map((over) => html`<${Over} key=${`${over.innings}/${over.over}`} frame=${frame} over=${over} onOver=${onOver} />`)}
      </ol>
    </section>
  `;
}

function tapeOf({ innings, batting, complete, past_overs: past, this_over: balls }) {
  const now = balls.length ? [{ over: Number(balls[0].ball.split(".")[0]), balls, runs: null, score: "" }] : [];
  return [...past, ...now].map((over, at) => ({ ...over, innings, complete, first: at === 0 ? batting : null }));
}

function Over({ frame, over, onOver }) {
  const { innings, complete, first, runs } = over;
  const unfinished = complete || frame.phase === "ended" ? "not completed" : "in progress";
  const about = runs === null ? unfinished : `${words.plural(runs, "run")}, ${over.score}`;
  return html`
    <li class=${first === null ? "" : "first"}>
      <p class="over-head">
        ${first && html`<b class=${first}><bdi>${words.captainOf(frame, first)}</bdi></b>`}
        <button type="button" onClick=${() => onOver(innings, over.over)} aria-label=${`To the end of over ${over.over + 1}`}>
          Over ${over.over + 1}
        </button>
        <span class="quiet">${about}</span>
      </p>
      <span class="mini">${over.balls.map((ball) => html`<${Glyph} ball=${ball} />`)}</span>
    </li>
  `;
}
