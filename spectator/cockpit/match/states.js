// What a match page shows when there is no match to show.

import { Notice } from "../shell.js";
import { html } from "../vendor/preact.js";

/** Nothing is featured: the next match that is opens here by itself. */
export function Waiting() {
  return html`
    <section class="card board idle" aria-labelledby="match-title">
      <p class="eyebrow">Featured match</p>
      <h1 id="match-title">Nothing is on air</h1>
      <p id="situation">Waiting for a match to be featured: the next one opens here by itself.</p>
      <p class="row">
        <a class="button" href="/start">Start a match</a>
        <a class="button" href="/matches">Watch another one</a>
      </p>
    </section>
  `;
}

export function Loading({ title }) {
  return html`
    <section class="card board idle" aria-labelledby="match-title" aria-busy="true">
      <p class="eyebrow">${title}</p>
      <h1 id="match-title">Loading the match</h1>
      <p id="situation" class="pulse">Asking the bus how it stands.</p>
    </section>
  `;
}

export function Unknown({ stream }) {
  return html`
    <${Notice} title="No such match yet">
      <p>The bus knows no match <b><bdi>${stream}</bdi></b>. If it is about to begin, it opens here by itself.</p>
      <p><a href="/matches">All matches</a></p>
    <//>
  `;
}
