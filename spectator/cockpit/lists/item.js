// A match in a list: who played, how it stands or how it ended; a link to it.

import { matchPath } from "../router.js";
import { html } from "../vendor/preact.js";
import { percent, plain, when } from "../words.js";

/** `current` is the stream that is watched, `featured` the one on the featured channel. */
export function MatchItem({ match, current = null, featured = null }) {
  const body = html`
    <span class="pair"><bdi>${match.home ?? "?"}</bdi> v <bdi>${match.away ?? "?"}</bdi></span>
    <span class=${`state ${match.outcome}`}>${stateText(match, match.stream === featured)}</span>
    <span class="about"><span class="result">${resultText(match)}</span> <span class="which">${whichText(match)}</span></span>
  `;
  if (match.on_bus === false) return html`<li><span class="unseen" title="Not sent to this page">${body}</span></li>`;
  return html`
    <li>
      <a href=${matchPath(match.stream)} data-stream=${match.stream} aria-current=${match.stream === current ? "true" : null}>
        ${body}
      </a>
    </li>
  `;
}

/** What tells it from the others between the same two: `pair 3, leg a · 14:05`. */
function whichText({ episode_id: id, attempt, started_at: at }) {
  const leg = /-p(\d+)-([ab])$/.exec(id);
  const parts = [leg && `pair ${Number(leg[1])}, leg ${leg[2]}`, attempt > 1 && `attempt ${attempt}`, at && html`<time datetime=${at}>${when(at)}</time>`];
  return parts.filter(Boolean).map((part, i) => html`${i > 0 && " · "}${part}`);
}

function stateText({ outcome, format }, isFeatured) {
  if (outcome === "live") return isFeatured ? "● featured" : "● live";
  if (outcome === "void" || outcome === "forfeit") return outcome;
  return isFeatured ? "featured" : (format ?? "");
}

function resultText(match) {
  const { result, end_reason: reason, outcome, now } = match;
  if (outcome === "live") return now ? liveText(match) : "no ball yet";
  const told = outcome === "void" ? `counts for nobody: ${plain(reason)}` : result || plain(reason);
  return html`<bdi>${told}</bdi>${scoresOf(match) && ` · ${scoresOf(match)}`}`;
}

/** `41/3, 38/5`, however the list tells it. */
function scoresOf({ score = [] }) {
  return typeof score === "string" ? score : score.map((line) => `${line.runs}/${line.wickets}`).join(", ");
}

function liveText({ now, home, away }) {
  const { score, needed, batting, win_probability: chance } = now;
  const favourite = chance === null ? "" : html` · <bdi>${chance >= 0.5 ? home : away}</bdi> <span class="whole">${percent(Math.max(chance, 1 - chance))}</span>`;
  return html`
    <bdi>${batting === "home" ? home : away}</bdi> ${score.runs}/${score.wickets} (${score.overs})${needed === null ? "" : `, ${needed} needed`}${favourite}
  `;
}
