// Tournaments: the list, and one of them as it goes.

import { useListed } from "../lists/listed.js";
import { SearchField } from "../lists/search.js";
import { runPath } from "../router.js";
import { Stages } from "../runs/bracket.js";
import { Crosstable } from "../runs/crosstable.js";
import { openState } from "../runs/fold.js";
import { Head } from "../runs/head.js";
import { Now, Recent } from "../runs/now.js";
import { Ratings } from "../runs/ratings.js";
import { Rounds } from "../runs/rounds.js";
import { useRunSession } from "../runs/session.js";
import { StandingsCard } from "../runs/standings.js";
import * as words from "../runs/words.js";
import { NoAccess, Notice, useLamp } from "../shell.js";
import { html, useMemo, useState } from "../vendor/preact.js";
import { plural } from "../words.js";

const PAGE = 30;
const FEW = 8; // captains whose crosstable fits into half a page

export function RunsPage({ api }) {
  const [search, setSearch] = useState("");
  const [shown, setShown] = useState(PAGE);
  const [tries, setTries] = useState(0);
  const found = useListed(api, { search: search.trim(), limit: shown }, { path: "/api/runs", tries });
  if (found?.error?.status === 401) return html`<${NoAccess} api=${api} onToken=${() => setTries(tries + 1)} />`;
  return html`
    <section class="card" aria-labelledby="list-title">
      <h1 id="list-title">Tournaments</h1>
      <${SearchField} label="Find a tournament" value=${search} onSearch=${setSearch} />
      <p id="list-count" class="quiet" role="status">${countText(found, search.trim())}</p>
      <ul id="runs" class="runs">
        ${found?.streams.map((run) => html`<${RunItem} key=${run.stream} run=${run} />`)}
      </ul>
      ${found && !found.error && found.total === 0 && html`<${NoRuns} search=${search.trim()} />`}
      ${found && found.total > shown && html`<button id="more" type="button" onClick=${() => setShown(shown + PAGE)}>More tournaments</button>`}
    </section>
  `;
}

function countText(found, search) {
  if (found === null) return "Loading.";
  if (found.error && found.streams.length === 0) return "The bus cannot be reached. Trying again.";
  if (search) return `${found.total} found`;
  return found.total ? plural(found.total, "tournament") : "";
}

function NoRuns({ search }) {
  if (search) return html`<p class="none">Nothing found.</p>`;
  return html`
    <p class="none">No tournament has been published yet. <code>captains run FILE</code> plays one; what it needs is in its file.</p>
  `;
}

function RunItem({ run }) {
  const now = Date.now();
  const state = run.ending ?? (run.state === "live" ? openState({ ...run, heardAt: run.heard_at }, now) : "ended");
  const played = run.played ?? 0;
  return html`
    <li>
      <a href=${runPath(run.stream)} data-stream=${run.stream}>
        <span class="pair"><bdi>${run.name ?? run.episode_id}</bdi>${run.attempt > 1 && html` <small>start ${run.attempt}</small>`}</span>
        <span class=${`tag run-state ${state.replace(" ", "-")}`}>${state}</span>
        <progress max=${Math.max(1, run.episodes ?? 1)} value=${played} aria-label="Episodes ended"></progress>
        <span class="result">${itemText(run, played, state, now)}</span>
      </a>
    </li>
  `;
}

function itemText(run, played, state, now) {
  const left = run.progress?.left_s;
  const parts = [
    run.episodes && `${words.number(played)} of ${words.number(run.episodes)}`,
    state === "no news" && words.silence(run.heard_at, now),
    left && state === "in play" && `about ${words.duration(left)} left`,
    run.leader && html`<bdi>${run.leader}</bdi> leads`,
    [words.KINDS[run.kind], run.format].filter(Boolean).join(", "),
    run.captains && plural(run.captains.length, "captain"),
    words.clock(run.started_at),
  ].filter(Boolean);
  return parts.map((part, i) => html`${i > 0 && " · "}${part}`);
}

export function RunPage({ api, route }) {
  const [tries, setTries] = useState(0);
  const stream = `run:${route.stream}`;
  const session = useRunSession(api, stream, tries);
  useLamp(session === null || session.status !== "ready" ? null : lampOf(session));
  if (session === null) return null;
  if (session.status === "refused") return html`<${NoAccess} api=${api} onToken=${() => setTries(tries + 1)} />`;
  if (session.status === "unknown") return html`<${Unknown} name=${route.stream} />`;
  if (session.status === "loading") return html`<${Notice} title="Tournament" text=${waitingText(session)} />`;
  return html`<${Run} api=${api} run=${session.run} stream=${stream} />`;
}

const waitingText = ({ connection }) =>
  connection === "reconnecting" ? "The bus cannot be reached. Trying again." : "Loading the tournament.";

function Unknown({ name }) {
  return html`
    <${Notice} title="No such tournament yet" text=${`The bus knows no tournament ${name}. If it is about to begin, it opens here.`}>
      <p><a href="/runs">All tournaments</a></p>
    <//>
  `;
}

/** What does not change is not drawn again: a table comes a second, a crosstable a few times less often. */
function Run({ api, run, stream }) {
  const { rows, moves, crosstable } = run;
  const standings = useMemo(() => html`<${StandingsCard} run=${run} stream=${stream} />`, [rows, moves]);
  const ratings = useMemo(() => html`<${Ratings} run=${run} stream=${stream} />`, [crosstable]);
  const order = rows.map((row) => row.captain).join("\n");
  const cells = useMemo(() => html`<${Crosstable} run=${run} stream=${stream} />`, [crosstable, order]);
  const rounds = useMemo(() => html`<${Rounds} run=${run} stream=${stream} />`, [crosstable]);
  const stages = useMemo(() => html`<${Stages} run=${run} stream=${stream} />`, [crosstable]);
  const few = run.captains.length <= FEW;
  return html`
    <div class="run-page">
      <${Head} run=${run} stream=${stream} />
      ${run.stages.length > 0 && html`<div class="stages">${stages}</div>`}
      <div class="column">${standings} ${ratings} ${few && cells}</div>
      <div class="column">
        <${Now} api=${api} run=${run} stream=${stream} />
        <${Recent} run=${run} />
      </div>
      ${!few && cells} ${rounds}
    </div>
  `;
}

function lampOf({ connection, run }) {
  if (connection !== "live") return connection;
  return run.ended ? "ended" : "live";
}
