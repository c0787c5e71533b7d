// Tables of batters and bowlers: those in the middle, and all of an innings.

import { html } from "../vendor/preact.js";
import * as words from "../words.js";

/** Who is in, who bowls and who bowled the over before. */
export function Crease({ innings }) {
  const isIn = ({ name }) => name === innings.striker || name === innings.non_striker;
  const before = innings?.past_overs.findLast((over) => over.bowler !== innings.bowler)?.bowler;
  const bowls = [innings?.bowler, before].map((name) => innings?.bowlers.find((each) => each.name === name)).filter(Boolean);
  return html`
    <section class="card middle" aria-labelledby="crease-title">
      <h2 id="crease-title">At the crease</h2>
      <div class="scroll" tabindex="0" role="region" aria-label="Batters and bowlers">
        <${Batting} id="batters" innings=${innings} rows=${(innings?.batters ?? []).filter(isIn)} />
        <${Bowling} id="bowlers" innings=${innings} rows=${bowls} />
      </div>
    </section>
  `;
}

export function Batting({ id, innings, rows, caption }) {
  return html`
    <table class="figures">
      ${caption && html`<caption class="sr">${caption}</caption>`}
      <thead>
        <tr>
          <th scope="col">Batter</th>
          <th scope="col"><abbr title="Runs">R</abbr></th>
          <th scope="col"><abbr title="Balls">B</abbr></th>
          <th scope="col">4s</th>
          <th scope="col">6s</th>
          <th scope="col"><abbr title="Strike rate">SR</abbr></th>
        </tr>
      </thead>
      <tbody id=${id}>
        ${rows.length === 0 && html`<tr><td colspan="6" class="none">Nobody is in.</td></tr>`}
        ${rows.map((batter) => html`<${Batter} key=${batter.name} batter=${batter} innings=${innings} />`)}
      </tbody>
    </table>
  `;
}

function Batter({ batter, innings }) {
  const faces = batter.name === innings.striker && !innings.complete;
  const isIn = faces || batter.name === innings.non_striker;
  const strike = batter.balls ? ((100 * batter.runs) / batter.balls).toFixed(0) : "–";
  const how = words.howOut(batter, isIn || innings.complete);
  return html`
    <tr class=${`${isIn ? "on" : ""} ${faces ? "faces" : ""} ${batter.out ? "out" : ""}`}>
      <th scope="row"><bdi>${batter.name}</bdi>${how && html`<span class="how">${how}</span>`}</th>
      <td class="main">${batter.runs}</td>
      <td>${batter.balls}</td>
      <td>${batter.fours}</td>
      <td>${batter.sixes}</td>
      <td>${strike}</td>
    </tr>
  `;
}

export function Bowling({ id, innings, rows, caption }) {
  return html`
    <table class="figures">
      ${caption && html`<caption class="sr">${caption}</caption>`}
      <thead>
        <tr>
          <th scope="col">Bowler</th>
          <th scope="col"><abbr title="Overs">O</abbr></th>
          <th scope="col"><abbr title="Maidens">M</abbr></th>
          <th scope="col"><abbr title="Runs">R</abbr></th>
          <th scope="col"><abbr title="Wickets">W</abbr></th>
          <th scope="col"><abbr title="Runs an over">Econ</abbr></th>
        </tr>
      </thead>
      <tbody id=${id}>
        ${rows.length === 0 && html`<tr><td colspan="6" class="none">Nobody has bowled.</td></tr>`}
        ${rows.map(
          (bowler) => html`
            <tr key=${bowler.name} class=${bowler.name === innings.bowler && !innings.complete ? "on" : ""}>
              <th scope="row"><bdi>${bowler.name}</bdi></th>
              <td>${words.overs(bowler.balls)}</td>
              <td>${bowler.maidens}</td>
              <td>${bowler.runs}</td>
              <td class="main">${bowler.wickets}</td>
              <td>${bowler.balls ? ((6 * bowler.runs) / bowler.balls).toFixed(1) : "–"}</td>
            </tr>
          `,
        )}
      </tbody>
    </table>
  `;
}
