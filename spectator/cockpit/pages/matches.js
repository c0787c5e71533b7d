// Every match that the bus knows: searched, filtered and page by page, live ones first.

import { MatchItem } from "../lists/item.js";
import { queryOf, useListed } from "../lists/listed.js";
import { runPath } from "../router.js";
import { runId } from "../runs/words.js";
import { NoAccess } from "../shell.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { plural } from "../words.js";

const PAGE = 50;
const TYPED_MS = 250; // before what is typed goes into the address
const STATES = [
  ["", "Live and past"],
  ["live", "Live"],
  ["ended", "Played"],
  ["forfeit", "Forfeits"],
  ["void", "Void"],
];
const RESULTS = [
  ["", "Any"],
  ["won", "Won"],
  ["lost", "Lost"],
  ["tied", "Tied"],
];
const FORMATS = ["T5", "T10", "T20", "ODI"];

export function MatchesPage({ api, route, navigate }) {
  const [tries, setTries] = useState(0);
  const wanted = wantedOf(route.query);
  const found = useListed(api, { ...wanted, limit: PAGE }, { tries });
  const runs = useListed(api, { limit: 100 }, { path: "/api/runs" })?.streams ?? [];
  const change = (changes) => navigate(pathOf({ ...wanted, offset: 0, ...changes }), { replace: true });
  if (found?.error?.status === 401) return html`<${NoAccess} api=${api} onToken=${() => setTries(tries + 1)} />`;
  return html`
    <section class="card index" aria-labelledby="list-title">
      <h1 id="list-title">Matches</h1>
      <${Filters} wanted=${wanted} runs=${runs} onChange=${change} />
      <p id="list-count" class="quiet" role="status">${countText(found, wanted)}</p>
      <${RunNote} wanted=${wanted} runs=${runs} found=${found} />
      <ul id="matches" class="matches" aria-label="Matches, live ones first">
        ${found?.streams.map(
          (match) => html`<${MatchItem} key=${match.stream} match=${match} featured=${found.featured.stream} />`,
        )}
      </ul>
      ${found && !found.error && found.total === 0 && html`<p class="none">${noneText(wanted)}</p>`}
      <${Pages} wanted=${wanted} total=${found?.total ?? 0} />
    </section>
  `;
}

function wantedOf(query) {
  const offset = Number(query.get("offset") ?? 0);
  return {
    search: query.get("search") ?? "",
    run: query.get("run") ?? "",
    captains: query.getAll("captain").slice(0, 2),
    result: query.get("result") ?? "",
    state: query.get("state") ?? "",
    format: query.get("format") ?? "",
    offset: Number.isSafeInteger(offset) && offset > 0 ? offset : 0,
  };
}

function pathOf(wanted) {
  const query = String(queryOf(wanted));
  return `/matches${query && `?${query}`}`;
}

function Filters({ wanted, runs, onChange }) {
  const [first, second] = [wanted.captains[0] ?? "", wanted.captains[1] ?? ""];
  const led = (mine, other) => onChange({ captains: other ? [mine, other] : [mine].filter(Boolean), result: mine ? wanted.result : "" });
  const names = [...new Set(runs.flatMap((run) => (wanted.run && runId(run.stream) !== wanted.run ? [] : (run.captains ?? []))))];
  return html`
    <form class="filters" role="search" onSubmit=${(event) => event.preventDefault()}>
      <${Typed} id="search" type="search" label="Find" value=${wanted.search} onTyped=${(search) => onChange({ search: search.trim() })} />
      <${Choice} id="by-run" label="Tournament" value=${wanted.run} options=${runOptions(runs, wanted.run)} onChosen=${(run) => onChange({ run })} />
      <${Typed} id="by-captain" label="Captain" list="captains" value=${first} onTyped=${(name) => led(name, second)} />
      <${Typed} id="by-other" label="Against" list="captains" value=${second} onTyped=${(name) => led(first, name)} />
      ${first && html`<${Choice} id="by-result" label="Result" value=${wanted.result} options=${RESULTS} onChosen=${(result) => onChange({ result })} />`}
      <${Choice} id="by-state" label="State" value=${wanted.state} options=${STATES} onChosen=${(state) => onChange({ state })} />
      <${Choice}
        id="by-format"
        label="Format"
        value=${wanted.format}
        options=${[["", "Any"], ...[...new Set([...FORMATS, wanted.format])].filter(Boolean).map((name) => [name, name])]}
        onChosen=${(format) => onChange({ format })}
      />
      ${pathOf({ ...wanted, offset: 0 }) !== "/matches" && html`<a class="clear" href="/matches">Clear</a>`}
      <datalist id="captains">${names.map((name) => html`<option value=${name}></option>`)}</datalist>
    </form>
  `;
}

/** Every run once, however often it was started; one that is asked for is there although we do not know it. */
function runOptions(runs, wanted) {
  const named = new Map(runs.map((run) => [runId(run.stream), run]));
  const options = [...named].map(([id, run]) => [id, `${run.name ?? id} · ${id.slice(-4)}`]);
  if (wanted && !named.has(wanted)) options.push([wanted, wanted]);
  return [["", "Any"], ...options];
}

/** A field whose text is taken once nothing more is typed; what the address says stands in it otherwise. */
function Typed({ id, label, value, onTyped, type = "text", list = null }) {
  const [text, setText] = useState(value);
  const tell = useRef(onTyped);
  tell.current = onTyped; // something else may be chosen in between
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text.trim() === value.trim()) return undefined;
    const timer = setTimeout(() => tell.current(text), TYPED_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return html`
    <label class="field">
      <span>${label}</span>
      <input
        id=${id}
        type=${type}
        list=${list}
        maxlength="200"
        autocomplete="off"
        value=${text}
        onInput=${(event) => setText(event.target.value)}
      />
    </label>
  `;
}

function Choice({ id, label, value, options, onChosen }) {
  return html`
    <label class="field">
      <span>${label}</span>
      <select id=${id} value=${value} onChange=${(event) => onChosen(event.target.value)}>
        ${options.map(([key, text]) => html`<option value=${key} selected=${key === value}>${text}</option>`)}
      </select>
    </label>
  `;
}

/** A run that shows its featured match alone has more matches than are here. */
function RunNote({ wanted, runs, found }) {
  const run = runs.find((one) => runId(one.stream) === wanted.run);
  if (!run) return null;
  const link = html`<a href=${runPath(run.stream)}><bdi>${run.name}</bdi></a>`;
  const few = run.spectate !== "all" && found && found.total < (run.played ?? 0);
  return html`
    <p id="run-note" class="quiet">
      Matches of ${link}.
      ${few && " Only its featured match was sent to this page (spectate.episodes in its file); the records of all are in its folder."}
    </p>
  `;
}

function countText(found, wanted) {
  if (found === null) return "Loading.";
  if (found.error && found.streams.length === 0) return "The bus cannot be reached. Trying again.";
  const { total, streams } = found;
  if (total === 0) return "";
  const all = plural(total, "match", "matches");
  return total > streams.length ? `${wanted.offset + 1} to ${wanted.offset + streams.length} of ${all}` : all;
}

function noneText(wanted) {
  if (wanted.offset > 0) return "There is no such page of the list.";
  return pathOf(wanted) === "/matches" ? "No match has been published yet." : "No match fits.";
}

function Pages({ wanted, total }) {
  const { offset } = wanted;
  const [before, after] = [offset > 0, offset + PAGE < total];
  if (!before && !after) return null;
  const to = (at) => pathOf({ ...wanted, offset: at });
  return html`
    <nav class="row paging" aria-label="Pages of the list">
      ${before && html`<a id="newer" class="button" href=${to(Math.max(0, offset - PAGE))}>Newer</a>`}
      ${after && html`<a id="older" class="button" href=${to(offset + PAGE)}>Older</a>`}
    </nav>
  `;
}
