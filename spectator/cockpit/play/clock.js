// How long there is for the answer: to see, and to hear at ten and five seconds.

import { html, useEffect, useState } from "../vendor/preact.js";

const EVERY_MS = 200;
const SAID = [10, 5];
const SHORT_S = 10;

/** `endsAt` by `performance.now()`, `whole` the seconds that there were; nothing where nobody waits. */
export function Clock({ endsAt, whole }) {
  const left = useLeft(endsAt);
  if (left === null) return null;
  const seconds = Math.ceil(left);
  const said = SAID.find((at, index) => at <= whole && seconds <= at && seconds > (SAID[index + 1] ?? 0));
  return html`
    <div class="clock" data-short=${String(seconds <= SHORT_S)} role="timer" aria-label=${`${seconds} seconds left`}>
      <span class="seconds" aria-hidden="true">${clockText(seconds)}</span>
      <span class="rest" aria-hidden="true"><span style=${{ width: `${Math.max(0, Math.min(100, (100 * left) / whole))}%` }}></span></span>
    </div>
    <p class="sr" role="alert">${said ? `${WORDS[said]} seconds left.` : ""}</p>
  `;
}

const MINUTES_FROM_S = 100;

/** `59 s`, and minutes where there are many. */
const clockText = (seconds) =>
  seconds < MINUTES_FROM_S ? html`${seconds}<small> s</small>` : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

const WORDS = { 10: "Ten", 5: "Five" };

function useLeft(endsAt) {
  const [now, setNow] = useState(performance.now());
  useEffect(() => {
    if (endsAt === null) return undefined;
    setNow(performance.now());
    const timer = setInterval(() => setNow(performance.now()), EVERY_MS);
    return () => clearInterval(timer);
  }, [endsAt]);
  return endsAt === null ? null : Math.max(0, (endsAt - now) / 1000);
}
