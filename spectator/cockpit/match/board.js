// The scoreboard: sides and scores, where the match stands, the over in balls, who is in the middle.

import { html } from "../vendor/preact.js";
import * as words from "../words.js";
import { OverStrip } from "./over.js";

/** `error` is what went wrong where the match ended by it. */
export function Board({ title, frame, error, children }) {
  const innings = frame.innings.at(-1) ?? null;
  return html`
    <section class="card board" aria-labelledby="match-title">
      <div class="board-head">
        <h1 id="match-title" class="eyebrow">${title}</h1>
        <span id="match-format" class="tag">${frame.format}</span>
      </div>
      <div id="teams" class="teams">
        ${battingOrder(frame).map((seat) => html`<${Team} frame=${frame} seat=${seat} current=${innings} />`)}
      </div>
      <p id="situation" class="situation">${words.situation(frame)}</p>
      <${Ended} result=${frame.result} error=${error} />
      <${OverStrip} innings=${innings} />
      <${Middle} innings=${innings} />
      ${children}
    </section>
  `;
}

function battingOrder(frame) {
  const first = frame.innings[0]?.batting ?? "home";
  return [first, words.otherSeat(first)];
}

function Team({ frame, seat, current }) {
  const side = frame[seat];
  const played = frame.innings.filter((innings) => innings.batting === seat);
  const latest = played.at(-1) ?? null;
  const batting = current?.batting === seat && frame.phase !== "ended";
  const won = frame.result?.winner === seat;
  return html`
    <div class=${`team ${batting ? "batting" : ""} ${won ? "won" : ""}`}>
      <span class="bat" aria-hidden="true"></span>
      <div class="who">
        <p class="captain"><bdi>${side?.captain ?? "–"}</bdi></p>
        <p class="squad">
          ${side ? html`<bdi>${side.squad}</bdi>${batting ? " · batting" : won ? " · won" : ""}` : "to be announced"}
        </p>
      </div>
      <div class="score">
        <p class="runs">${latest ? `${latest.runs}/${latest.wickets}` : "–"}</p>
        <p class="overs">${latest ? oversText(played, latest) : "yet to bat"}</p>
      </div>
    </div>
  `;
}

function oversText(played, latest) {
  const text = `${latest.overs} of ${words.plural(latest.max_balls / 6, "over")}`;
  const before = played.filter((innings) => innings.innings <= 2).at(-1);
  if (latest.innings <= 2 || !before) return text;
  return `super over · ${before.runs}/${before.wickets} before`;
}

/** How a match ended that was not simply won. */
function Ended({ result, error }) {
  if (result === null || result.end_reason === "completed") return null;
  const why = words.VOIDS[result.end_reason];
  const text = why
    ? `Void: ${words.plain(result.end_reason)}. ${why} It counts for nobody.`
    : "Forfeit: a captain gave no usable answer, and lost by it.";
  return html`
    <div class="verdict" data-kind=${why ? "void" : "forfeit"}>
      <p>${text}</p>
      ${error && html`<p class="why"><bdi>${error}</bdi></p>`}
    </div>
  `;
}

/** Who bats, faces and bowls, in a line. */
function Middle({ innings }) {
  if (innings === null || innings.complete) return null;
  const batters = [innings.striker, innings.non_striker]
    .map((name) => innings.batters.find((batter) => batter.name === name))
    .filter(Boolean);
  const bowler = innings.bowlers.find((each) => each.name === innings.bowler);
  if (batters.length === 0 && !bowler) return null;
  return html`
    <p class="in-the-middle">
      ${batters.map(
        (batter) => html`
          <span class=${batter.name === innings.striker ? "faces" : ""}>
            <bdi>${batter.name}</bdi> ${batter.runs} (${batter.balls})
            ${batter.name === innings.striker && html`<span class="quiet"> faces</span>`}
          </span>
        `,
      )}
      ${bowler &&
      html`<span class="bowls">
        <bdi>${bowler.name}</bdi> ${bowler.wickets}/${bowler.runs} (${words.overs(bowler.balls)})
        <span class="quiet"> bowls</span>
      </span>`}
    </p>
  `;
}
