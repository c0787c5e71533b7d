// How good everybody is, and how sure that is: a dot and its interval a captain.

import { html } from "../vendor/preact.js";
import * as words from "./words.js";

const LEVEL = 0.5;
const STEPS = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2];
const MOST_TICKS = 6;

export function Ratings({ run, stream }) {
  const rated = ratedOf(run);
  return html`
    <section class="card" aria-labelledby="ratings-title">
      <h2 id="ratings-title">Ratings</h2>
      ${rated.length === 0
        ? html`<p class="none">A captain is rated once a pair of his is whole: both matches on one seed.</p>`
        : html`<${Plot} rated=${rated} stream=${stream} />`}
    </section>
  `;
}

/** Captains with a rating, best first. */
function ratedOf({ crosstable, captains }) {
  if (crosstable === null) return [];
  return crosstable.ratings
    .map((rating, i) => ({ ...rating, captain: captains[i] }))
    .filter(({ adjusted }) => adjusted !== null)
    .sort((a, b) => b.adjusted.mean - a.adjusted.mean);
}

function Plot({ rated, stream }) {
  const scale = scaleOf(rated);
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="Captains, best rated first">
      <table class="ratings">
        <thead>
          <tr>
            <th scope="col">Captain</th>
            <th scope="col" class="plot"><${Axis} scale=${scale} /></th>
            <th scope="col">Luck-adjusted</th>
            <th scope="col">Points share</th>
          </tr>
        </thead>
        <tbody id="ratings">
          ${rated.map((one) => html`<${Rated} key=${one.captain} one=${one} scale=${scale} stream=${stream} />`)}
        </tbody>
      </table>
    </div>
    <p class="quiet ratings-key">
      ● mean score with the luck taken out, a win 1, and its 95 % interval; ◇ share of the points. Where two intervals
      overlap much, their order is not settled. The dashed line is level.
    </p>
  `;
}

function Rated({ one, scale, stream }) {
  const { captain, adjusted, share } = one;
  return html`
    <tr>
      <th scope="row"><a href=${words.matchesPath(stream, { captains: [captain], state: "ended" })}><bdi>${captain}</bdi></a></th>
      <td class="plot"><${Dot} one=${one} scale=${scale} /></td>
      <td>${adjusted.low === null ? html`${words.score(adjusted.mean)} <span class="quiet">no interval yet</span>` : words.estimate(adjusted)}</td>
      <td>${share === null ? "–" : words.score(share)}</td>
    </tr>
  `;
}

/** The table's words say the same; so the drawing is for the eye alone. */
function Dot({ one: { adjusted, share }, scale }) {
  const at = (value) => `${100 * scale.at(value)}%`;
  return html`
    <svg class="dot-plot" width="100%" height="26" aria-hidden="true">
      ${scale.ticks.map((tick) => html`<line class="tick" x1=${at(tick)} x2=${at(tick)} y1="0" y2="26" />`)}
      <line class="level" x1=${at(LEVEL)} x2=${at(LEVEL)} y1="0" y2="26" />
      ${adjusted.low !== null &&
      html`
        <line class="reach" x1=${at(adjusted.low)} x2=${at(adjusted.high)} y1="13" y2="13" />
        <line class="reach" x1=${at(adjusted.low)} x2=${at(adjusted.low)} y1="8" y2="18" />
        <line class="reach" x1=${at(adjusted.high)} x2=${at(adjusted.high)} y1="8" y2="18" />
      `}
      ${share !== null &&
      html`<svg x=${at(share)} y="13" overflow="visible"><path class="share" d="M0-6 6 0 0 6-6 0z" /></svg>`}
      <circle class="mean" cx=${at(adjusted.mean)} cy="13" r="5" />
    </svg>
  `;
}

function Axis({ scale }) {
  return html`
    <svg width="100%" height="16" aria-hidden="true">
      ${scale.ticks.map(
        (tick) => html`<text x=${`${100 * scale.at(tick)}%`} y="12" text-anchor="middle">${words.score(tick)}</text>`,
      )}
    </svg>
    <span class="sr">Rating drawn</span>
  `;
}

/** Room for every interval and for a half, which is level. */
function scaleOf(rated) {
  const values = rated.flatMap(({ adjusted, share }) => [adjusted.mean, adjusted.low, adjusted.high, share]);
  const known = [LEVEL, ...values.filter((value) => value !== null)];
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const room = Math.max(0.05, (most - least) * 0.08);
  const [low, high] = [least - room, most + room];
  const step = STEPS.find((size) => (high - low) / size <= MOST_TICKS) ?? STEPS.at(-1);
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step) - first + 1;
  const ticks = Array.from({ length: Math.max(0, count) }, (_, i) => Number(((first + i) * step).toFixed(4)));
  return { at: (value) => (value - low) / (high - low), ticks };
}
