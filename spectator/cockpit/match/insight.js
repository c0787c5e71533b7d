// Figures cost most of a drawing, and few of them are on the screen at once.

import { html, useEffect, useErrorBoundary, useRef, useState } from "../vendor/preact.js";

const AHEAD = "300px"; // what is about to be scrolled to is drawn already
const BEHIND_MS = 700; // then as soon as the browser has nothing else to do
const IDLE_MS = 300;

/**
 * `draw()` again whenever something has changed and it can be seen, or `isFinal`, as nothing comes after it. Else the
 * last drawing stays for a second at most: who searches, prints or has the page read to him finds what holds.
 * What cannot be drawn leaves the rest of the page alone.
 */
export function InSight({ kind, draw, isFinal = false }) {
  const node = useRef(null);
  const kept = useRef({ draw: null, view: null });
  const [seen, setSeen] = useState(true);
  const [error, tryAgain] = useErrorBoundary((found) => console.error(found));
  useEffect(() => {
    const watcher = new IntersectionObserver((entries) => setSeen(entries.at(-1).isIntersecting), { rootMargin: AHEAD });
    watcher.observe(node.current);
    return () => watcher.disconnect();
  }, []);
  const isDue = useCatchingUp(() => kept.current.draw !== draw);
  if (seen || isFinal || isDue || kept.current.draw === null) kept.current = { draw, view: draw() };
  return html`<div class=${kind} ref=${node}>${error ? html`<${Failed} onPress=${tryAgain} />` : kept.current.view}</div>`;
}

/** True in a drawing that is to catch up: some time after it has come to be behind, and for the printer at once. */
function useCatchingUp(isBehind) {
  const due = useRef(false);
  const timer = useRef(0);
  const [, redraw] = useState(0);
  const catchUp = () => {
    timer.current = 0;
    due.current = true;
    redraw((count) => count + 1);
  };
  useEffect(() => {
    if (isBehind() && timer.current === 0) timer.current = setTimeout(() => whenIdle(catchUp), BEHIND_MS);
  });
  useEffect(() => {
    window.addEventListener("beforeprint", catchUp);
    return () => {
      window.removeEventListener("beforeprint", catchUp);
      clearTimeout(timer.current);
    };
  }, []);
  const isDue = due.current;
  due.current = false;
  return isDue;
}

const whenIdle = (act) => (window.requestIdleCallback ? requestIdleCallback(act, { timeout: IDLE_MS }) : act());

function Failed({ onPress }) {
  return html`
    <div class="none">
      <p>This could not be drawn.</p>
      <button type="button" onClick=${onPress}>Try again</button>
    </div>
  `;
}
