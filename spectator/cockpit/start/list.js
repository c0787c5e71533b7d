// What has the channel, and the matches that were started here: where they are, how to watch, play or end them.

import { matchPath } from "../router.js";
import { html } from "../vendor/preact.js";
import { VOIDS, plain, plural, timeOfDay } from "../words.js";

const OPEN = ["queued", "starting", "playing"];
const SHOWN = 12;

export const isOpen = ({ state }) => OPEN.includes(state);

/** What is on the front page now, whoever started it. `onCancel` takes an id; `stays` is one that could not be cancelled: `{ id, why }`. */
export function Channel({ onAir, mayStart, stays, onCancel }) {
  return html`
    <section class="card channel" aria-labelledby="channel-title">
      <h2 id="channel-title">The front page</h2>
      ${onAir === null ? html`<p>Free: the next featured match begins at once.</p>` : html`<${OnAir} ...${{ onAir, mayStart, stays, onCancel }} />`}
    </section>
  `;
}

function OnAir({ onAir, mayStart, stays, onCancel }) {
  return html`
    <p class="now"><b><bdi>${onAir.title}</bdi></b>${onAir.since && html` <span class="quiet">since ${timeOfDay(onAir.since)}</span>`}</p>
    ${onAir.lost && html`<p class="hint">Its process has died; the channel is free within a minute.</p>`}
    ${onAir.queued > 0 && html`<p class="hint">${onAir.queued === 1 ? "One match waits" : `${onAir.queued} matches wait`} for it.</p>`}
    <p class="acts">
      <a class="button" href="/">Watch</a>
      ${onAir.start && mayStart && html`<button type="button" onClick=${() => onCancel(onAir.id)}>Cancel it</button>`}
    </p>
    <${GoesOn} id=${onAir.id} stays=${stays} />
  `;
}

/** What a start waits for that was refused because of `refused`: what is on now, null once the channel is free. */
export function inTheWay(refused, { onAir, asOf }) {
  return asOf > refused.at ? onAir : refused.body.on_air;
}

/** The latest starts, newest first; `onCancel` and `stays` as of `Channel`. */
export function Starts({ starts, mayStart, stays, onCancel }) {
  const shown = starts.slice(0, SHOWN);
  return html`
    <section class="card starts" aria-labelledby="starts-title">
      <h2 id="starts-title">Started here</h2>
      ${shown.length === 0 && html`<p class="none">Nothing yet.</p>`}
      <ul>
        ${shown.map((start) => html`<${Started} key=${start.id} ...${{ start, mayStart, stays, onCancel }} />`)}
      </ul>
    </section>
  `;
}

function Started({ start, mayStart, stays, onCancel }) {
  const open = isOpen(start);
  return html`
    <li data-start=${start.id} data-state=${start.state}>
      <p class="who"><bdi>${start.captain}</bdi> v <bdi>${start.opponent}</bdi></p>
      <p class="state"><span class="dot" aria-hidden="true"></span>${stateText(start)}</p>
      <p class="what quiet">${plural(start.overs, "over")} · seed ${start.seed_digits}${start.pack === "standard" ? "" : ` · ${plain(start.pack)}`}</p>
      ${outcome(start) && html`<p class="outcome"><bdi>${outcome(start)}</bdi></p>`}
      <p class="acts">
        <${WatchLink} start=${start} />
        ${open && html`<${PlayLinks} start=${start} />`}
        ${open && mayStart && html`<button type="button" disabled=${start.cancelling} onClick=${() => onCancel(start.id)}>Cancel</button>`}
      </p>
      ${open && html`<${GoesOn} id=${start.id} stays=${stays} />`}
    </li>
  `;
}

/** Why the match `id` was not cancelled, where that was asked for last. */
function GoesOn({ id, stays }) {
  return stays?.id === id ? html`<p role="alert" class="wrong">${stays.why}</p>` : null;
}

/** To the match, once there is something to see. */
export function WatchLink({ start }) {
  if (start.state !== "playing" && start.state !== "ended") return null;
  return html`<a class="button" href=${matchPath(start.id)}>${isOpen(start) ? "Watch" : "See it"}</a>`;
}

/** For each person the way to his own page; it can be copied for somebody else. */
export function PlayLinks({ start }) {
  return Object.entries(start.play ?? {}).map(
    ([name, path]) => html`<a class="button primary" href=${path}><span>Play as <bdi>${name}</bdi></span></a>`,
  );
}

/** Where a start is, in words. */
export function stateText({ state, place, cancelling, result }) {
  if (cancelling) return "ending …";
  if (state === "queued") return place > 1 ? `waits, number ${place}` : "waits, next";
  if (state === "starting") return "starting …";
  if (state === "ended" && result && VOIDS[result.end_reason]) return "void";
  return state;
}

export function outcome({ state, reason, result, begun }) {
  if (state === "failed") return reason;
  if (state === "cancelled") return begun ? "Its record is sealed." : "It was not begun.";
  return result?.text ?? "";
}
