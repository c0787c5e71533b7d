// Where the match stands for the captain who is asked: what his observation says, and no more.

import { html } from "../vendor/preact.js";
import { plain, plural, rate } from "../words.js";
import { cameOf } from "./outcome.js";

/** `names` are the captains, the home one first, where they are known. */
export function Scene({ seen, names = null }) {
  const { game } = seen;
  if (game === null) return null;
  return html`
    <section class="card board scene" aria-labelledby="scene-title">
      <div class="board-head">
        <h1 id="scene-title" class="eyebrow"><bdi>${names?.[0] ?? game.my_team}</bdi> v <bdi>${names?.[1] ?? game.other_team}</bdi></h1>
        <span class="tag">${game.format}</span>
      </div>
      ${game.innings === null ? html`<p class="situation">At the toss.</p>` : html`<${Play} seen=${seen} game=${game} />`}
    </section>
  `;
}

function Play({ seen, game }) {
  const side = game.i_am === "batting" ? "You bat" : "You bowl";
  return html`
    <p class="score"><span class="runs">${game.score}/${game.wickets}</span> <span class="overs">${game.overs} of ${plural(game.max_overs, "over")}</span></p>
    <p class="situation">${side}. ${situation(game)}</p>
    <dl class="middle-now">
      ${game.striker && html`<div><dt>Faces</dt><dd><bdi>${game.striker.name}</bdi> ${game.striker.runs} (${game.striker.balls})</dd></div>`}
      ${game.non_striker && html`<div><dt>Other end</dt><dd><bdi>${game.non_striker.name}</bdi> ${game.non_striker.runs} (${game.non_striker.balls})</dd></div>`}
      ${game.bowler && html`<div><dt>Bowls</dt><dd><bdi>${game.bowler.name}</bdi>, ${plain(game.bowler.bowls)}, ${game.bowler.wickets}/${game.bowler.runs} (${game.bowler.overs})</dd></div>`}
      ${seen.field && html`<div><dt>Field</dt><dd>${plain(seen.field)}${game.i_am === "batting" ? ", as you see it" : ""}</dd></div>`}
      ${game.fielders_outside_allowed !== null && html`<div><dt>${game.phase}</dt><dd>${game.fielders_outside_allowed} may stand outside the circle</dd></div>`}
    </dl>
    ${game.free_hit && html`<p class="verdict">Free hit: only a run out counts.</p>`}
    ${seen.recent_balls.length > 0 && html`<${Recent} balls=${seen.recent_balls} overs=${game.overs} />`}
  `;
}

function situation(game) {
  if (game.needed !== null && game.target !== null) {
    return `${plural(game.needed, "run")} needed off ${plural(game.balls_left, "ball")}${game.required_rate === null ? "" : `, ${rate(game.required_rate)} an over`}.`;
  }
  const so_far = game.run_rate === null ? "" : `${rate(game.run_rate)} an over so far, `;
  return `${so_far}${plural(game.balls_left, "ball")} and ${plural(game.wickets_in_hand, "wicket")} left.`;
}

/** The balls of the over, before its first one those of the over before; and in words what both sides chose for the very last. */
function Recent({ balls, overs }) {
  const last = balls.at(-1);
  const shown = balls.filter((ball) => ball.innings === last.innings && overIn(ball.ball) === overIn(last.ball));
  const title = overIn(last.ball) === overIn(overs) ? "This over" : "The over before";
  const goesBack = shown.length === balls.length && !last.ball.endsWith(".1") && !shown[0].ball.endsWith(".1");
  return html`
    <p class="over-label" id="over-title">${title}</p>
    <ol class="balls" aria-labelledby="over-title">
      ${goesBack && html`<li class="earlier" aria-label="earlier balls">…</li>`}
      ${shown.map((ball) => html`<li class=${`ball ${kindOf(ball)}`} title=${ball.ball}>${glyphOf(ball)}</li>`)}
    </ol>
    <p class="line" aria-live="polite"><bdi>${lastText(last)}</bdi></p>
  `;
}

const overIn = (ball) => ball.split(".")[0];

const glyphOf = (ball) => (ball.wicket ? "W" : ball.extras ? ball.outcome.replaceAll("/", " ") : ball.runs || "•");

function kindOf(ball) {
  if (ball.wicket) return "wicket";
  if (ball.extras) return "extra";
  return { 0: "dot", 4: "four", 6: "six" }[ball.runs] ?? "run";
}

function lastText(ball) {
  const bowled = [ball.length, plain(ball.line), ball.variation !== "stock" && plain(ball.variation)].filter(Boolean).join(", ");
  const field = `to a ${plain(ball.field)} field`;
  return `${ball.ball}: ${ball.bowler} to ${ball.striker}, ${cameOf(ball)}. Bowled ${bowled}, ${field}; played ${plain(ball.shot)}.`;
}
