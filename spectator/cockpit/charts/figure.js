// What every figure shares: its frame, its plot that measures itself, its data as a table, a cursor for keys and pointer.

import { html, useLayoutEffect, useRef, useState } from "../vendor/preact.js";

/** `aside` stands beside the title, `note` below; `table` is `{head, rows}` or a function that makes it when asked. */
export function Figure({ kind, title, aside, note, table, children }) {
  return html`<figure class=${`chart chart-${kind}`}>
    <div class="chart-head"><h3>${title}</h3>${aside && html`<div class="chart-aside">${aside}</div>`}</div>
    ${children}
    <figcaption>
      ${note && html`<p class="chart-note">${note}</p>`}
      ${table && html`<${DataTable} title=${title} table=${table} />`}
    </figcaption>
  </figure>`;
}

function DataTable({ title, table }) {
  const [open, setOpen] = useState(false);
  return html`<details class="chart-table" onToggle=${(event) => setOpen(event.target.open)}>
    <summary>Show as table</summary>
    ${open && html`<div class="chart-scroll" tabindex="0" role="region" aria-label=${`${title}, as a table`}>
      <${Rows} ...${typeof table === "function" ? table() : table} />
    </div>`}
  </details>`;
}

const Rows = ({ head, rows }) => html`<table class="chart-data">
  <thead><tr>${head.map((text) => html`<th scope="col">${text}</th>`)}</tr></thead>
  <tbody>
    ${rows.map(
      ([first, ...rest]) =>
        html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`,
    )}
  </tbody>
</table>`;

/** Width of the node behind the ref and the height of its letters, in pixels, as they change. */
function useSize() {
  const ref = useRef(null);
  const [size, setSize] = useState({ width: 320, unit: 12 });
  useLayoutEffect(() => {
    const read = () => {
      const width = Math.floor(ref.current.clientWidth) || 320;
      const unit = Number.parseFloat(getComputedStyle(ref.current).fontSize);
      setSize((old) => (old.width === width && old.unit === unit ? old : { width, unit }));
    };
    read();
    const observer = new ResizeObserver(read);
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return [ref, size];
}

/** An SVG of one unit a pixel, so that lines and letters keep their size. `height(size)` in pixels; `text` says it in words. */
export function Plot({ text, height, draw, over }) {
  const [ref, size] = useSize();
  const box = { ...size, height: height(size) };
  return html`<div class="chart-plot" ref=${ref}>
    <svg role="img" aria-label=${text} viewBox=${`0 0 ${box.width} ${box.height}`} height=${box.height}>
      ${draw(box)}
    </svg>
    ${over?.(box)}
  </div>`;
}

/**
 * Lies over a plot and moves along `xs` (one a step, ascending) by pointer and by keys: arrows one step, Page keys an over,
 * Home, End; Enter and a click jump. `say(i)` is what a step means.
 */
export function Cursor({ label, xs, at, latest, say, onMove, onJump }) {
  const last = xs.length - 1;
  const now = at ?? latest ?? last;
  const keys = {
    ArrowLeft: now - 1, ArrowDown: now - 1, ArrowRight: now + 1, ArrowUp: now + 1,
    PageDown: now - 6, PageUp: now + 6, Home: 0, End: last,
  }; // prettier-ignore
  const onKeyDown = (event) => {
    if (event.key === "Enter" || event.key === " ") onJump?.(now);
    else if (event.key === "Escape") onMove(null);
    else if (event.key in keys) onMove(Math.min(last, Math.max(0, keys[event.key])));
    else return;
    event.preventDefault();
  };
  const under = (event) => nearest(xs, event.clientX - event.currentTarget.getBoundingClientRect().left);
  return html`<div
    class="chart-cursor" role="slider" tabindex="0" aria-label=${label} aria-orientation="horizontal"
    aria-valuemin="1" aria-valuemax=${xs.length} aria-valuenow=${now + 1} aria-valuetext=${say(now)}
    onKeyDown=${onKeyDown} onBlur=${() => onMove(null)} onPointerLeave=${() => onMove(null)}
    onPointerMove=${(event) => onMove(under(event))} onClick=${(event) => onJump?.(under(event))}
  ></div>`;
}

/** The index of the last of ascending `xs` that is nearest to `x`. */
function nearest(xs, x) {
  let best = 0;
  xs.forEach((each, i) => {
    if (Math.abs(each - x) <= Math.abs(xs[best] - x)) best = i;
  });
  return best;
}

/** A row of buttons of which one is pressed; nothing where there is no choice. */
export function Choice({ label, options, value, onChange }) {
  if (options.length < 2) return null;
  return html`<div class="chart-choice" role="group" aria-label=${label}>
    ${options.map(
      ([key, text]) =>
        html`<button type="button" aria-pressed=${key === value} onClick=${() => onChange(key)}>${text}</button>`,
    )}
  </div>`;
}

export const Empty = ({ children }) => html`<p class="chart-empty">${children}</p>`;

/** What a ball was, and the figure's value after it: the value is never cut. */
export const Read = ({ said, value }) => html`<p class="chart-read"><span>${said}</span> <b>${value}</b></p>`;

/** `note`, or what stands in its place where the first balls of a match are still on their way. */
export const noteUnless = (missing, note) =>
  missing ? `The events of the first ${missing === 1 ? "ball" : `${missing} balls`} are not here yet: only what is known is drawn.` : note;
