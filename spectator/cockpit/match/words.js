// What is said: of each ball, and between them.

import { SILENT, comment, commentaryLine } from "../commentary.js";
import { ballOf } from "../reducer.js";
import { html, useEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { choiceText, plural } from "../words.js";
import { Call } from "./calls.js";
import { Glyph } from "./over.js";

const SHOWN = 40;
const SAY_EVERY_MS = 1_500;

let loading = null; // the templates, once for all pages

function useTemplates() {
  const [templates, setTemplates] = useState(null);
  useEffect(() => {
    loading ??= fetch("/static/commentary.json").then((answer) => answer.json());
    loading.then(setTemplates, () => {
      loading = null; // the next page tries again
    });
  }, []);
  return templates;
}

/** Our own lines on a match, told as far as its log is whole. */
class Commentator {
  #state = SILENT;
  #next = 1;
  lines = new Map(); // by the number of the event

  tell(templates, log) {
    for (; this.#next <= log.whole; this.#next += 1) {
      const { state, line } = comment(templates, this.#state, log.event(this.#next));
      this.#state = state;
      if (line) this.lines.set(line.of, line.text);
    }
  }
}

/** What is said of an event, or "": as it was published, else in our own words. */
export function useSaid({ log, commentary, told }) {
  const templates = useTemplates();
  const own = useMemo(() => new Commentator(), [log, templates]);
  return useMemo(() => {
    if (templates !== null) own.tell(templates, log);
    return (event) => {
      const text = commentary.get(event.seq)?.text ?? own.lines.get(event.seq);
      if (text !== undefined || templates === null || event.type !== "delivery") return text ?? "";
      return commentaryLine(templates, event); // what came before it is still on its way
    };
  }, [own, templates, log.version, told]);
}

/** One line a ball for who cannot see it; at speed only the latest is said. */
export function Said({ text }) {
  const [told, setTold] = useState("");
  const latest = useRef(text);
  const timer = useRef(0);
  latest.current = text;
  useEffect(() => {
    if (timer.current || text === told) return;
    setTold(text);
    timer.current = setTimeout(() => {
      timer.current = 0;
      setTold(latest.current);
    }, SAY_EVERY_MS);
  }, [text]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return html`<p id="said" class="sr" role="status">${told}</p>`;
}

/**
 * `events` up to the one that is shown, `balls` as balls.js gathers them; `onJump(seq)` is told which ball was asked for.
 */
export function Words({ events, balls, reasoning, said, onJump }) {
  const [shown, setShown] = useState(SHOWN);
  const told = events.filter((event) => event.type === "delivery" || said(event) !== "");
  const latest = told.slice(-shown).reverse();
  const calls = new Map(balls.map((ball) => [ball.delivery, ball.calls]));
  const bowled = calls.size > 0 && balls[0].delivery !== null;
  return html`
    <section class="card words" aria-labelledby="words-title">
      <h2 id="words-title">Ball by ball</h2>
      <ol id="words" class="feed scroll" tabindex="0" aria-label="Commentary, latest first">
        ${!bowled && html`<li class="none">The first ball is still to come.</li>`}
        ${latest.map((event) =>
          event.type === "delivery"
            ? html`<${Ball} key=${event.seq} event=${event} calls=${calls.get(event)} ...${{ reasoning, said, onJump }} />`
            : html`<li key=${event.seq} class="between"><p class="said"><bdi>${said(event)}</bdi></p></li>`,
        )}
        ${told.length > shown &&
        html`<li class="none">
          <button type="button" onClick=${() => setShown(shown + 4 * SHOWN)}>Earlier balls</button>
        </li>`}
      </ol>
    </section>
  `;
}

function Ball({ event, calls, reasoning, said, onJump }) {
  const ball = ballOf(event.data);
  return html`
    <li class=${ball.kind} data-seq=${event.seq}>
      <button type="button" class="at" onClick=${() => onJump(event.seq)} aria-label=${`To ball ${ball.ball}`}>
        ${ball.ball}
      </button>
      <${Glyph} ball=${ball} />
      <p class="said"><bdi>${said(event)}</bdi></p>
      <${Led} calls=${calls} reasoning=${reasoning} />
    </li>
  `;
}

/** The calls that led to a ball, when they are asked for. */
function Led({ calls, reasoning }) {
  const [open, setOpen] = useState(false);
  if (calls.length === 0) return null;
  return html`
    <details class="led" onToggle=${(event) => setOpen(event.target.open)}>
      <summary>${ledText(calls)}</summary>
      ${open &&
      html`<ol>
        ${calls.map(({ data }) => html`<${Call} key=${data.number} call=${data} thought=${reasoning.get(data.number)} />`)}
      </ol>`}
    </details>
  `;
}

/** What was bowled against what was played, and what the two gave away. */
function ledText(calls) {
  const texts = ["delivery", "shot"].map((kind) => calls.find(({ data }) => data.kind === kind)).filter(Boolean);
  const cost = calls.reduce((sum, { data }) => sum + (data.cost ?? 0), 0);
  const price = cost < 0.005 ? [] : [`${(100 * cost).toFixed(1)} points given away`];
  return [...texts.map(({ data }) => choiceText(data)), ...price].join(" · ") || plural(calls.length, "call");
}
