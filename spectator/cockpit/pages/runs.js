// Tournaments: the list, and one of them.

import { Standings, useRun } from "../lists/run.js";
import { Notice } from "../shell.js";
import { html } from "../vendor/preact.js";

export function RunsPage() {
  return html`<${Notice} title="Tournaments" text="This page is being built." />`;
}

export function RunPage({ api, route }) {
  const run = useRun(api, `run:${route.stream}`);
  return html`
    <section class="card" aria-labelledby="run-title">
      <h1 id="run-title">Tournament</h1>
      <${Standings} run=${run} />
    </section>
  `;
}
