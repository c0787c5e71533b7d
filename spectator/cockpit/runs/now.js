// What is being played, with scores, and what has just ended.

import { MatchItem } from "../lists/item.js";
import { useListed } from "../lists/listed.js";
import { matchPath } from "../router.js";
import { html } from "../vendor/preact.js";
import { percent, plural } from "../words.js";
import { runId } from "./words.js";

const MOST_CARDS = 12;

export function Now({ api, run, stream }) {
  const listed = useListed(api, run.ended ? null : { run: runId(stream), state: "live", limit: MOST_CARDS });
  if (run.ended) return null;
  const live = listed?.streams ?? [];
  const seen = new Set(live.map((match) => match.stream));
  const others = run.playing.filter((one) => !seen.has(one.stream)).slice(0, MOST_CARDS - live.length);
  const count = run.playing.reduce((sum, one) => sum + one.episodes, 0);
  return html`
    <section class="card" aria-labelledby="now-title">
      <div class="card-head">
        <h2 id="now-title">Being played</h2>
        ${count > 0 && html`<span class="quiet">${plural(count, "match", "matches")} in hand</span>`}
      </div>
      <ul id="now" class="now-playing">
        ${live.map((match) => html`<${LiveCard} key=${match.stream} match=${match} />`)}
        ${others.map((one, i) => html`<${OtherCard} key=${`other ${i}`} one=${one} />`)}
        ${live.length + others.length === 0 && html`<li class="none">Nothing at the moment.</li>`}
      </ul>
    </section>
  `;
}

function LiveCard({ match }) {
  const { home, away, now } = match;
  return html`
    <li>
      <a class="live-card" href=${matchPath(match.stream)}>
        <span class="pair"><bdi>${home}</bdi> v <bdi>${away}</bdi></span>
        ${now
          ? html`
              <span class="score"><bdi>${now.batting === "home" ? home : away}</bdi> ${`${now.score.runs}/${now.score.wickets} `}
                <small>${now.score.overs} ov${now.needed === null ? "" : ` · ${now.needed} needed`}</small>
              </span>
              <${Chance} home=${home} away=${away} chance=${now.win_probability} />
            `
          : html`<span class="score">about to begin</span>`}
      </a>
    </li>
  `;
}

/** Who is likelier to win, as a bar and in words. */
function Chance({ home, away, chance }) {
  if (chance === null) return null;
  return html`
    <span class="chance-bar" aria-hidden="true"><span style=${{ width: `${100 * chance}%` }}></span></span>
    <small><bdi>${chance >= 0.5 ? home : away}</bdi> ${percent(Math.max(chance, 1 - chance))}</small>
  `;
}

function OtherCard({ one }) {
  const pair = html`<span class="pair"><bdi>${one.home}</bdi> v <bdi>${one.away}</bdi></span>`;
  const what = one.episodes === 1 ? "in play" : `a batch of ${one.episodes} that begins with it`;
  return html`
    <li>
      ${one.stream
        ? html`<a class="live-card" href=${matchPath(one.stream)}>${pair}<small>${what}</small></a>`
        : html`<span class="live-card">${pair}<small>${what}</small></span>`}
    </li>
  `;
}

export function Recent({ run }) {
  return html`
    <section class="card" aria-labelledby="recent-title">
      <h2 id="recent-title">Latest results</h2>
      <ul id="recent" class="matches">
        ${[...run.recent].reverse().map((one) => html`<${MatchItem} key=${`${one.episode_id}/${one.attempt}`} match=${asListed(one)} />`)}
        ${run.recent.length === 0 && html`<li class="none">No match has ended since the run was started.</li>`}
      </ul>
    </section>
  `;
}

/** As the list of matches has it. */
function asListed(one) {
  const outcome = one.end_reason === "completed" ? "ended" : one.end_reason === "forfeit" ? "forfeit" : "void";
  return { ...one, stream: `${one.episode_id}/${one.attempt}`, state: "ended", outcome };
}
