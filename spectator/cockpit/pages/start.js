// A match is started: who plays, what is on, what became of it.

import { FIRST, Form, requestOf } from "../start/form.js";
import { Channel, PlayLinks, Starts, WatchLink, inTheWay, isOpen, stateText } from "../start/list.js";
import { NoAccess, Notice } from "../shell.js";
import { html, useCallback, useEffect, useRef, useState } from "../vendor/preact.js";

const SOON_MS = 1_000; // while something happens
const LATER_MS = 4_000;
const DOUBLE_CLICK_MS = 1_000;
const NO_WISH = { text: null, key: null };

export function StartPage({ api, navigate }) {
  const [options, setOptions] = useState(null);
  const [refusal, setRefusal] = useState(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    api.getJson("/custom/options").then(
      (found) => {
        setOptions(found);
        setRefusal(null);
      },
      (error) => {
        setRefusal(error);
        if (error.status === 0 || error.status >= 502) setTimeout(() => setTries((n) => n + 1), LATER_MS);
      },
    );
  }, [api, tries]);
  if (refusal?.status === 401) return html`<${NoAccess} api=${api} onToken=${() => setTries(tries + 1)} />`;
  if (refusal?.status === 501) return html`<${OnlyShows} />`;
  if (options === null) return html`<${Notice} title="Start a match" text=${refusal ? awayText(refusal) : "Asking what can be played …"} />`;
  return html`<${Start} api=${api} options=${options} navigate=${navigate} />`;
}

function OnlyShows() {
  return html`
    <${Notice} title="This bus only shows matches" text="Nothing that plays belongs to it. To start matches from a page, run:">
      <pre class="command">captains up</pre>
      <p><a href="/">To the featured match</a> · <a href="/matches">All matches</a></p>
    <//>
  `;
}

const awayText = (refusal) => (refusal.status === 0 ? "The bus cannot be reached; asking again." : "Prefect, which plays the matches, cannot be reached; asking again.");

function Start({ api, options }) {
  const [chosen, setChosen] = useState(FIRST);
  const known = useKnown(api);
  const asking = useAsking(api, known.refresh);
  const form = useRef(null);
  const change = (part) => {
    setChosen((before) => ({ ...before, ...part }));
    asking.forget(Object.keys(part));
  };
  const send = (queue) => asking.send(requestOf(chosen, options, queue));
  useEffect(() => {
    form.current?.querySelector('[aria-invalid="true"]')?.focus();
  }, [asking.problems]);
  const [stays, setStays] = useState(null); // what was to be cancelled and goes on: `{ id, why }`
  const cancel = async (id) => {
    const path = `/custom/episodes/${id.split("/").map(encodeURIComponent).join("/")}/cancel`;
    setStays(await api.postJson(path, {}).then(() => null, (refusal) => ({ id, why: goesOn(refusal) })));
    known.refresh();
  };
  return html`
    <div class="start">
      <div class="start-main" ref=${form}>
        <h1>Start a match</h1>
        ${known.mayStart === false
          ? html`<${MayNot} api=${api} earlier=${known.earlier} onToken=${known.refresh} />`
          : html`
              <${Form} chosen=${chosen} options=${options} problems=${asking.problems} onChange=${change} onSubmit=${() => send(false)}>
                <div class="card go">
                  <${Outcome} asking=${asking} known=${known} onQueue=${() => send(true)} />
                  <button type="submit" class="primary" disabled=${asking.sending}>${asking.sending ? "Asking …" : "Start the match"}</button>
                  <p class="hint">${options.where === "worker" ? "A Prefect worker plays it." : "It is played on this machine."}</p>
                </div>
              <//>
            `}
      </div>
      <aside class="start-side" aria-label="What is being played">
        <${Channel} onAir=${known.onAir} mayStart=${known.mayStart} stays=${stays} onCancel=${cancel} />
        <${Starts} starts=${known.starts} mayStart=${known.mayStart} stays=${stays} onCancel=${cancel} />
      </aside>
    </div>
  `;
}

function goesOn({ status }) {
  if (status === 0) return "Not cancelled: the bus cannot be reached.";
  return `Not cancelled: ${status === 401 ? "this page’s token may not do that" : `the bus answered ${status}`}.`;
}

/** Whoever has no start token may watch alone. */
function MayNot({ api, earlier, onToken }) {
  const [token, setToken] = useState("");
  const submit = (event) => {
    event.preventDefault();
    api.setToken(token.trim());
    onToken();
  };
  return html`
    <section class="card may-not">
      <p>
        ${earlier ? "This page’s token is of an earlier start of captains up, and holds no more: it may only watch." : "This page may only watch."}
        ${" "}Starting wants the token that stands behind the # in the address that <code>captains up</code> has printed.
      </p>
      <form class="row" onSubmit=${submit}>
        <label class="field">
          <span>Start token</span>
          <input type="password" autocomplete="off" required value=${token} onInput=${(event) => setToken(event.target.value)} />
        </label>
        <button type="submit" class="primary">Use it</button>
      </form>
    </section>
  `;
}

/** What the bus has to say of starts, asked again and again while the page is looked at. */
function useKnown(api) {
  const [known, setKnown] = useState({ onAir: null, starts: [], mayStart: null, earlier: false, asOf: -1 });
  const timer = useRef(0);
  const gone = useRef(false);
  const ask = useCallback(async () => {
    clearTimeout(timer.current);
    let pause = LATER_MS;
    if (document.visibilityState === "visible") {
      const asOf = performance.now();
      const told = await api.getJson("/custom/episodes").catch(() => null);
      if (gone.current) return;
      if (told) {
        setKnown({ onAir: told.on_air, starts: told.episodes, mayStart: told.may_start, earlier: told.earlier_start, asOf });
        if (told.on_air || told.episodes.some(isOpen)) pause = SOON_MS;
      }
    }
    timer.current = setTimeout(ask, pause);
  }, [api]);
  useEffect(() => {
    ask();
    document.addEventListener("visibilitychange", ask);
    return () => {
      gone.current = true;
      clearTimeout(timer.current);
      document.removeEventListener("visibilitychange", ask);
    };
  }, [ask]);
  return { ...known, refresh: ask };
}

/** One wish at a time; while it is the same wish it has the same key, so that a double-click is one match. */
function useAsking(api, onAnswer) {
  const [told, setTold] = useState({ sending: false, problems: {}, refusal: null, start: null });
  const wish = useRef(NO_WISH);
  const busy = useRef(false);
  const send = async (request) => {
    if (busy.current) return;
    busy.current = true;
    const text = JSON.stringify(request);
    if (wish.current.text !== text) wish.current = { text, key: crypto.randomUUID?.() ?? String(Math.random()) };
    setTold((before) => ({ ...before, sending: true }));
    const outcome = await api.postJson("/custom/start_episode", request, { "idempotency-key": wish.current.key }).then(accepted, refused);
    if (outcome.refusal?.status > 0) wish.current = NO_WISH; // the next press is another wish
    if (outcome.start) forgetSoon(wish);
    busy.current = false;
    setTold({ sending: false, ...outcome });
    onAnswer();
  };
  const forget = (fields) =>
    setTold((before) => {
      const problems = Object.fromEntries(Object.entries(before.problems).filter(([field]) => !fields.some((name) => field.startsWith(name) || (name === "length" && field === "overs"))));
      return { ...before, problems, refusal: null };
    });
  return { ...told, send, forget };
}

/** The second click of a double-click may come after the answer to the first. */
function forgetSoon(wish) {
  const { current } = wish;
  setTimeout(() => {
    if (wish.current === current) wish.current = NO_WISH;
  }, DOUBLE_CLICK_MS);
}

const accepted = (start) => ({ start, problems: {}, refusal: null });

function refused(error) {
  const fields = error.body?.fields ?? [];
  const refusal = { status: error.status, body: error.body, at: performance.now() };
  return { start: null, problems: Object.fromEntries(fields.map((one) => [one.field, one])), refusal };
}

/** What came of the last press. */
function Outcome({ asking, known, onQueue }) {
  const { refusal, start } = asking;
  if (refusal) return html`<div role="alert" class="refusal"><${Refusal} ...${{ refusal, known, onQueue, sending: asking.sending }} /></div>`;
  if (!start) return null;
  const now = known.starts.find(({ id }) => id === start.id) ?? start;
  return html`
    <p role="status" class="accepted"><bdi>${now.captain}</bdi> v <bdi>${now.opponent}</bdi>: ${stateText(now)}</p>
    <p class="acts">
      <${WatchLink} start=${now} />
      ${isOpen(now) && html`<${PlayLinks} start=${{ ...start, ...now }} />`}
    </p>
  `;
}

function Refusal({ refusal, known, onQueue, sending }) {
  const { status, body } = refusal;
  if (body?.error === "busy") {
    const onAir = inTheWay(refusal, known);
    const waiting = !onAir || onAir.queued === 0 ? "" : onAir.queued === 1 ? " One match waits already." : ` ${onAir.queued} matches wait already.`;
    return html`
      <p>${onAir ? html`The front page is busy with <b><bdi>${onAir.title}</bdi></b>.${waiting}` : "The front page is free now."}</p>
      <p class="acts">
        <button type="button" class="primary" disabled=${sending} onClick=${onQueue}>${onAir ? "Queue mine" : "Start mine"}</button>
        ${onAir && html`<a class="button" href="/">Watch that one</a>`}
      </p>
    `;
  }
  if (status === 422) return html`<p>Not started: ${refusal.body.fields.length === 1 ? "a field wants" : "some fields want"} another value.</p>`;
  if (body?.error === "earlier_start") return html`<p>Not started: this page’s token is of an earlier start of captains up; open the address that it has printed now.</p>`;
  if (status === 401) return html`<p>Not started: this page’s token may not start matches.</p>`;
  if (status === 503) return html`<p>Not started: ${body?.most} matches are open, which is as many as may be.</p>`;
  if (status === 502) return html`<p>Not started: Prefect cannot be reached. <bdi>${body?.why}</bdi></p>`;
  return html`<p>Not started: ${status === 0 ? "the bus cannot be reached. Pressing again is safe: it starts one match." : `the bus answered ${status}.`}</p>`;
}
