// What analyze_situation told, as tables; whatever else a call replied, in plain words.

import { html } from "../vendor/preact.js";
import { percent, plain } from "../words.js";

const MEANS = {
  projected_score: "at the rate so far",
  win_probability: "yours",
  par_score: "runs with which the sides would be level now",
};

export function Facts({ reply }) {
  const plans = reply.an_over_of ?? {};
  const single = Object.entries(reply).filter(([, value]) => value !== null && typeof value !== "object");
  if (single.length === 0 && Object.keys(plans).length === 0) return null;
  return html`
    <section class="card facts" aria-labelledby="facts-title">
      <h2 id="facts-title">What it told</h2>
      <dl>${single.map(([name, value]) => html`<div><dt>${plain(name)}${MEANS[name] && html`<small>${MEANS[name]}</small>`}</dt><dd>${valueText(name, value)}</dd></div>`)}</dl>
      ${Object.keys(plans).length > 0 && html`<${Plans} plans=${plans} />`}
    </section>
  `;
}

const valueText = (name, value) => (name === "win_probability" ? percent(value) : plain(value));

/** What an over of each plan is worth beside the usual one. */
function Plans({ plans }) {
  const best = Math.max(...Object.values(plans).map(({ points }) => points));
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="What an over of each plan is worth">
      <table class="figures">
        <thead>
          <tr><th scope="col">An over of</th><th scope="col">runs</th><th scope="col">wickets</th><th scope="col">points</th></tr>
        </thead>
        <tbody>
          ${Object.entries(plans).map(
            ([name, { runs, wickets, points }]) => html`
              <tr class=${points === best ? "on" : ""}>
                <th scope="row">${name}</th><td>${runs.toFixed(1)}</td><td>${wickets.toFixed(2)}</td><td class="main">${points > 0 ? "+" : ""}${points.toFixed(1)}</td>
              </tr>
            `,
          )}
        </tbody>
      </table>
    </div>
    <p class="quiet">Points of win probability that it adds to the usual plan.</p>
  `;
}
