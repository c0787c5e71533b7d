// Figures cost most of a drawing, and few of them are on the screen at once.

import { html, useEffect, useErrorBoundary, useRef, useState } from "../vendor/preact.js";

const AHEAD = "300px"; // what is about to be scrolled to is drawn already

/**
 * `draw()` again whenever something has changed, but only while it can be seen: else its last drawing stays.
 * What cannot be drawn leaves the rest of the page alone.
 */
export function InSight({ kind, draw }) {
  const node = useRef(null);
  const kept = useRef(null);
  const [seen, setSeen] = useState(true);
  const [error, tryAgain] = useErrorBoundary((found) => console.error(found));
  useEffect(() => {
    const watcher = new IntersectionObserver((entries) => setSeen(entries.at(-1).isIntersecting), { rootMargin: AHEAD });
    watcher.observe(node.current);
    return () => watcher.disconnect();
  }, []);
  if (seen || kept.current === null) kept.current = draw();
  return html`<div class=${kind} ref=${node}>${error ? html`<${Failed} onPress=${tryAgain} />` : kept.current}</div>`;
}

function Failed({ onPress }) {
  return html`
    <div class="none">
      <p>This could not be drawn.</p>
      <button type="button" onClick=${onPress}>Try again</button>
    </div>
  `;
}
