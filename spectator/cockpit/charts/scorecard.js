// Two lines below a batting card: the fall of wickets, and the extras. `innings` is the innings' number.

import { html } from "../vendor/preact.js";
import { EXTRAS, extrasByKind, fallOf } from "./book.js";
import { storyOf } from "./derive.js";
import { plural } from "./say.js";

const SHORT = { wd: "w", nb: "nb", b: "b", lb: "lb", pen: "p" };

const numbered = (frame, events, number) =>
  storyOf(frame, events).innings.find((innings) => innings.innings === number) ?? null;

/** `onJump(seq)` is told whose fall was asked for. */
export function FallOfWickets({ frame, events, innings: number, onJump }) {
  const innings = numbered(frame, events, number);
  const fallen = innings ? fallOf(innings) : [];
  const before = innings ? innings.wickets - fallen.length : 0;
  return html`<div class="chart-fall">
    <h4>Fall of wickets</h4>
    <ol>
      ${before > 0 && html`<li class="quiet">${plural(before, "wicket")} before the first ball that is known</li>`}
      ${fallen.map((each) => html`<li>
        <button type="button" onClick=${() => onJump?.(each.seq)}>
          <b>${each.wicket}–${each.runs}</b> ${each.name} <span class="quiet">${each.overs}</span>
        </button>
      </li>`)}
      ${before + fallen.length === 0 && html`<li class="quiet">None.</li>`}
    </ol>
  </div>`;
}

export function Extras({ frame, events, innings: number }) {
  const innings = numbered(frame, events, number);
  if (!innings) return null;
  const sums = extrasByKind(innings);
  const told = Object.keys(EXTRAS)
    .filter((kind) => sums[kind])
    .map((kind) => html`<abbr title=${EXTRAS[kind]}>${SHORT[kind]}</abbr> ${sums[kind]}`);
  const parts = sums.other ? [...told, `${sums.other} before`] : told;
  const listed = parts.flatMap((part, i) => (i ? [", ", part] : [part]));
  const details = listed.length > 0 && html`<span class="quiet">(${listed})</span>`;
  return html`<p class="chart-extras"><span>Extras</span> <b>${innings.extras}</b> ${details}</p>`;
}
