// Every match that the bus knows.

import { MatchList } from "../lists/matches.js";
import { html } from "../vendor/preact.js";

export function MatchesPage({ api }) {
  return html`
    <section class="card" aria-labelledby="list-title">
      <h1 id="list-title">Matches</h1>
      <${MatchList} api=${api} />
    </section>
  `;
}
