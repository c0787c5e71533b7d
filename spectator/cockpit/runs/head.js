// The head of a tournament: what it is, how far it has come, how long it takes and what it costs.

import { html, useEffect, useState } from "../vendor/preact.js";
import { plural } from "../words.js";
import { stateOf } from "./fold.js";
import * as words from "./words.js";

const LOOK_EVERY_MS = 10_000;
const GONE_S = 600;
const ENDINGS = {
  finished: "Everything has been played.",
  stopped: "The run stopped on a pair boundary. Whole pairs count.",
  interrupted: "The run was interrupted. The same file plays the rest.",
  failed: "The run broke off. The same file plays the rest.",
};

export function Head({ run, stream }) {
  const now = useNow();
  const state = stateOf(run, now);
  return html`
    <section class="card run-head" aria-labelledby="run-title">
      <div class="card-head">
        <h1 id="run-title"><bdi>${run.name}</bdi></h1>
        <span id="run-state" class=${`tag run-state ${state.replace(" ", "-")}`}>${state}</span>
      </div>
      <p class="quiet">${about(run)}</p>
      ${run.champion !== null && html`<p id="run-champion" class="champion">Champion: <strong><bdi>${run.champion}</bdi></strong></p>`}
      <${Bar} run=${run} />
      <${Counts} run=${run} stream=${stream} />
      <dl class="run-facts">
        <${Time} run=${run} now=${now} />
        <${Cost} run=${run} />
      </dl>
      <${Notes} run=${run} now=${now} />
    </section>
  `;
}

function about(run) {
  const parts = [
    words.KINDS[run.kind] ?? run.kind,
    run.format,
    plural(run.captains.length, "captain"),
    pairsOf(run) > 0 && `${plural(pairsOf(run), "pair")} a fixture`,
    run.bestOf > 0 && `encounters best of ${plural(run.bestOf, "pair")}`,
    run.rounds > 1 && plural(run.rounds, "round"),
    run.startedAt && `started ${words.clock(run.startedAt)}`,
  ];
  return parts.filter(Boolean).join(" · ");
}

/** Pairs of each fixture, 0 where there is nothing but encounters. */
export const pairsOf = ({ kind, pairs }) => (kind === "knockout" ? 0 : pairs);

/** How much has been played; void episodes are a part of their own. */
function Bar({ run }) {
  const whole = Math.max(1, run.episodes);
  const width = (count) => ({ width: `${(100 * count) / whole}%` });
  const void_ = run.progress?.void ?? 0;
  return html`
    <div
      class="run-bar"
      role="progressbar"
      aria-label="Episodes ended"
      aria-valuemin="0"
      aria-valuemax=${whole}
      aria-valuenow=${run.played}
    >
      <span class="counted" style=${width(run.played - void_)}></span>
      <span class="void" style=${width(void_)}></span>
    </div>
  `;
}

function Counts({ run, stream }) {
  const { counted, void: void_, forfeits, open } = run.progress ?? { counted: run.played, void: 0, forfeits: 0 };
  const to = (state, text) => html`<a href=${words.matchesPath(stream, { state })}>${text}</a>`;
  return html`
    <p id="run-count" class="run-count">
      ${to("ended", html`<strong>${words.number(counted)}</strong> of ${words.number(run.episodes)} played`)}
      ${forfeits > 0 && to("forfeit", plural(forfeits, "forfeit"))}
      ${void_ > 0 && to("void", `${words.number(void_)} void`)}
      ${open > 0 && html`<span>${words.number(open)} open</span>`}
    </p>
  `;
}

function Time({ run, now }) {
  const { ended, progress, heardAt } = run;
  if (ended) return html`<${Fact} id="run-time" name="Took" text=${words.duration(ended.seconds)} />`;
  if (!progress) return null;
  if (progress.open === 0) return html`<${Fact} id="run-time" name="Time to finish" text="all is played" aside=${shownText(run)} />`;
  const rate = progress.per_s === null ? "" : words.pace(progress.per_s);
  return html`<${Fact} id="run-time" name="Time to finish" text=${words.timeLeft(progress.left_s, heardAt, now)} aside=${rate} />`;
}

/** What a run waits for that has nothing left to play. */
const shownText = ({ spectate }) => (spectate === "none" ? "" : "it ends when its featured match has been shown");

function Cost({ run }) {
  const text = run.cost ? words.cost(run.cost) : "";
  if (!text) return null;
  const left = run.ended || !run.progress ? "" : words.costLeft(run.cost, run.progress);
  return html`<${Fact} id="run-cost" name="Cost" text=${text} aside=${left} />`;
}

function Fact({ id, name, text, aside }) {
  return html`
    <div id=${id}>
      <dt>${name}</dt>
      <dd>${text}${aside && html` <span class="quiet">${aside}</span>`}</dd>
    </div>
  `;
}

function Notes({ run, now }) {
  const notes = run.ended
    ? [ENDINGS[run.ended.state], ...(run.ended.why ?? []), ...(run.ended.unranked ?? []).map((why) => `No ranking: ${why}.`)]
    : openNotes(run, now);
  const told = notes.filter(Boolean);
  if (told.length === 0) return null;
  return html`<ul id="run-notes" class="run-notes">${told.map((note) => html`<li><bdi>${note}</bdi></li>`)}</ul>`;
}

function useNow() {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** A run that is killed says nothing more; so it is told how long nothing was heard, and what is older still. */
function openNotes(run, now) {
  const state = stateOf(run, now);
  if (state === "in play") return [];
  const gone = now - Date.parse(run.heardAt) > GONE_S * 1_000;
  const silence = `${words.silence(run.heardAt, now)}${gone ? ": the run may have been stopped." : "."}`;
  const old = (run.crosstable?.played ?? 0) < run.played && run.stages.length > 0;
  return [
    state === "broken off" ? "This start of the run broke off: it was started anew since." : silence,
    old && `The stages stand as after ${plural(run.crosstable.played, "match", "matches")}.`,
  ];
}
