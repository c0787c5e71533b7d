// The stages of a tournament that has several: tables, a ladder, and brackets drawn from left to right.

import { html } from "../vendor/preact.js";
import { laidOut, sourcesOf } from "./layout.js";
import { StandingsTable } from "./standings.js";
import * as words from "./words.js";

const BY = {
  net_run_rate: "on net run rate",
  luck_adjusted: "on luck-adjusted score",
  higher_seed: "as the higher seed",
  lot: "by lot",
};

export function Stages({ run, stream }) {
  const { stages } = run;
  if (stages.length === 0) return null;
  return stages.map(
    (stage, i) => html`
      <section class="card stage" key=${stage.name} aria-labelledby=${`stage-${i}`}>
        <div class="card-head">
          <h2 id=${`stage-${i}`}>${stage.name}</h2>
          <span class="tag">${stage.over ? "played" : "in play"}</span>
        </div>
        ${stage.encounters.length > 0 && html`<${Bracket} stage=${stage} run=${run} stream=${stream} />`}
        ${stage.rungs.length > 0 && html`<${Rungs} stage=${stage} run=${run} stream=${stream} />`}
        ${stage.rows.length > 0 &&
        html`
          <div class="scroll" tabindex="0" role="region" aria-label=${`${stage.name}, best first`}>
            <${StandingsTable} run=${{ rows: stage.rows, moves: new Map() }} name=${`rows-${i}`} />
          </div>
        `}
      </section>
    `,
  );
}

function Rungs({ stage, run, stream }) {
  return html`
    <ol class="rungs">
      ${stage.rungs.map((place) => {
        const captain = run.captains[place];
        return html`<li key=${captain}><a href=${words.matchesPath(stream, { captains: [captain] })}><bdi>${captain}</bdi></a></li>`;
      })}
    </ol>
  `;
}

function Bracket({ stage, run, stream }) {
  const { places, rows, columns } = laidOut(stage.encounters);
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label=${`${stage.name}, round by round`}>
      <div class="bracket" style=${{ "--rows": rows, "--columns": columns }}>
        <${Lines} encounters=${stage.encounters} places=${places} rows=${rows} columns=${columns} />
        <ol>
          ${stage.encounters.map(
            (encounter) =>
              html`<${Encounter}
                key=${encounter.name}
                encounter=${encounter}
                place=${places.get(encounter.name)}
                run=${run}
                stream=${stream}
              />`,
          )}
        </ol>
      </div>
    </div>
  `;
}

function Encounter({ encounter, place, run, stream }) {
  const { name, first, second, winner, by } = encounter;
  const known = first !== null && second !== null;
  const sides = [
    [first, encounter.first_from, encounter.score[0]],
    [second, encounter.second_from, encounter.score[1]],
  ];
  const body = html`
    <h3>${name}</h3>
    ${sides.map(
      ([captain, from, score]) => html`
        <span class=${`side ${captain !== null && captain === winner ? "ahead" : ""}`}>
          ${captain === null ? html`<i>${from}</i>` : html`<bdi>${run.captains[captain]}</bdi>`}
          ${captain !== null && captain === winner && html`<span class="sr">goes on,</span>`}
          ${known && html`<b>${words.halves(score)}</b>`}
        </span>
      `,
    )}
    ${winner !== null && BY[by] && html`<small><bdi>${run.captains[winner]}</bdi> ${BY[by]}</small>`}
  `;
  return html`
    <li class=${`encounter ${known ? "" : "open"}`} style=${{ "--row": place.row, "--column": place.column }}>
      ${known
        ? html`<a href=${words.matchesPath(stream, { captains: [run.captains[first], run.captains[second]] })}>${body}</a>`
        : html`<div>${body}</div>`}
    </li>
  `;
}

/** Elbows from an encounter to the one its winner goes to; the cards say the same in words. */
function Lines({ encounters, places, rows, columns }) {
  const lines = encounters.flatMap((encounter) =>
    sourcesOf(encounter)
      .filter(({ name }) => places.has(name))
      .map(({ name, how }) => ({ how, from: places.get(name), to: places.get(encounter.name) })),
  );
  return html`
    <svg class="bracket-lines" viewBox=${`0 0 ${columns * 100} ${rows * 100}`} preserveAspectRatio="none" aria-hidden="true">
      ${lines.map(({ how, from, to }) => {
        const [y, end] = [from.row * 100 + 50, to.row * 100 + 50];
        const [x, turn, stop] = [from.column * 100 + 86, to.column * 100 - 7, to.column * 100];
        return html`<path class=${how} d=${`M${x} ${y}H${turn}V${end}H${stop}`} vector-effect="non-scaling-stroke" />`;
      })}
    </svg>
  `;
}
