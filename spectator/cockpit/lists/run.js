// The newest tournament beside the featured match: its progress and its table.

import { NO_RUN } from "../runs/fold.js";
import { StandingsTable } from "../runs/standings.js";
import { html } from "../vendor/preact.js";
import { plural } from "../words.js";

export function Standings({ run = NO_RUN }) {
  const known = run.name !== "";
  return html`
    <p id="run-name" class="quiet"><bdi>${known ? run.name : "No tournament yet."}</bdi></p>
    ${known && html`<${Progress} run=${run} />`}
    ${known &&
    html`<div class="scroll" tabindex="0" role="region" aria-label="Captains, best first">
      <${StandingsTable} run=${run} />
    </div>`}
  `;
}

function Progress({ run }) {
  return html`
    <progress id="run-progress" max=${Math.max(1, run.episodes)} value=${run.played} aria-label="Episodes played"></progress>
    <p id="run-count" class="quiet count">
      ${run.played} of ${plural(run.episodes, "match", "matches")}${run.ended ? ", final" : ""}
    </p>
  `;
}
