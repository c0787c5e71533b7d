// Ball by ball: what was said of each, latest first.

import { commentaryLine } from "../commentary.js";
import { ballOf } from "../reducer.js";
import { html, useEffect, useState } from "../vendor/preact.js";
import { Glyph } from "./over.js";

const SHOWN = 36;

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

/** What is said of a delivery: the line that was published, else our own; "" until the templates are here. */
export function useSaid(commentary) {
  const templates = useTemplates();
  return (delivery) => {
    const told = commentary.get(delivery.seq);
    if (told) return told.text;
    return templates === null ? "" : commentaryLine(templates, delivery);
  };
}

/** `balls` as balls.js gathers them, up to the one that is shown. */
export function Words({ balls, said, onBall }) {
  const [shown, setShown] = useState(SHOWN);
  const bowled = balls.filter((ball) => ball.delivery);
  const latest = bowled.slice(-shown).reverse();
  return html`
    <section class="card words" aria-labelledby="words-title">
      <h2 id="words-title">Ball by ball</h2>
      <ol id="words" class="feed scroll" tabindex="0" aria-label="Commentary, latest first">
        ${latest.length === 0 && html`<li class="none">The first ball is still to come.</li>`}
        ${latest.map(
          ({ delivery }) => html`
            <${Line} key=${delivery.seq} delivery=${delivery} text=${said(delivery)} onPress=${() => onBall(delivery)} />
          `,
        )}
        ${bowled.length > shown &&
        html`<li class="none">
          <button type="button" onClick=${() => setShown(shown + 4 * SHOWN)}>Earlier balls</button>
        </li>`}
      </ol>
    </section>
  `;
}

function Line({ delivery, text, onPress }) {
  const ball = ballOf(delivery.data);
  return html`
    <li class=${ball.kind}>
      <button type="button" class="at" onClick=${onPress} aria-label=${`To ball ${delivery.data.ball}`}>
        ${delivery.data.ball}
      </button>
      <${Glyph} ball=${ball} />
      <p class="said"><bdi>${text}</bdi></p>
    </li>
  `;
}
