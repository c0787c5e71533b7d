// A person leads a side: waits for his questions, is shown what he may choose, and answers.

import { Api } from "../api.js";
import { Board } from "../match/board.js";
import { Clock } from "../play/clock.js";
import { Console } from "../play/console.js";
import { Desk } from "../play/desk.js";
import { Scene } from "../play/scene.js";
import { matchPath } from "../router.js";
import { MatchSession } from "../session.js";
import { Notice, useLamp } from "../shell.js";
import { here } from "../storage.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { VOIDS } from "../words.js";

const LOOK_MS = 3_000;
const KEYS_KEPT = "captains-keys";
const LAMPS = { connecting: "connecting", live: "connected", reconnecting: "reconnecting", refused: "no access" };

export function PlayPage({ api, route }) {
  const { captain } = route;
  const [own, setOwn] = useState(() => new Api(captain));
  const desk = useDesk(own, captain);
  const kept = useRef({});
  const last = useRef(null);
  const [keysOn, setKeysOn] = useState(here.getItem(KEYS_KEPT) !== "off");
  const question = desk?.current ?? null;
  if (question) last.current = question;
  useLamp(desk === null ? null : LAMPS[desk.state]);
  useTitle(question, captain);
  const session = useMatch(api, captain, question ?? last.current);
  if (desk === null) return null;
  if (desk.state === "refused" || !own.token) return html`<${NoToken} captain=${captain} own=${own} onToken=${() => setOwn(new Api(captain))} />`;
  const keepKeys = (on) => {
    here.setItem(KEYS_KEPT, on ? "on" : "off");
    setKeysOn(on);
  };
  return html`
    <div class=${last.current ? "play" : "play resting"}>
      <${Status} desk=${desk} question=${question} captain=${captain} session=${session} />
      <div class="play-main">
        ${question && !question.gone && html`<${Console} key=${`${question.episode_id} ${question.question} ${question.id}`} ...${{ desk, question, kept, keysOn }} />`}
        ${question?.gone && html`<${Gone} desk=${desk} question=${question} />`}
        ${!question && html`<${Between} session=${session} last=${last.current} />`}
        ${last.current &&
        html`
          <label class="check keys-on">
            <input type="checkbox" checked=${keysOn} onChange=${(event) => keepKeys(event.target.checked)} />
            Listen to the keys on the cards
          </label>
        `}
      </div>
      ${last.current &&
      html`
        <div class="play-side">
          ${question ? html`<${Scene} seen=${question.observation} names=${namesIn(session)} />` : html`<${Meanwhile} session=${session} last=${last.current} />`}
        </div>
      `}
    </div>
  `;
}

// --- what is around a question ------------------------------------------------------------------

/** Whose turn it is and how long there is, in one bar that stays in sight. */
function Status({ desk, question, captain, session }) {
  const others = desk.questions.length - 1;
  return html`
    <section class="card turn" data-turn=${String(question !== null && !question.gone)} aria-label="Your turn">
      <div class="turn-text">
        <p class="who"><bdi>${captain}</bdi></p>
        <p class="what" role="status">${statusText(desk, question, session)}</p>
        ${others > 0 && html`<p class="hint">${others === 1 ? "One more question waits" : `${others} more questions wait`}.</p>`}
      </div>
      ${question && html`<${Clock} key=${question.id} endsAt=${question.endsAt} whole=${question.deadline_s} />`}
    </section>
  `;
}

function statusText(desk, question, session) {
  if (desk.state === "reconnecting") return "The bus is away; asking again. Your time goes on.";
  if (desk.state === "connecting") return "Asking for questions …";
  if (question?.gone) return "You are not waited for any more.";
  if (question) return desk.fate && desk.fate.kind !== "sent" ? `${desk.fate.text} Your call.` : "Your call.";
  if (resultOf(session)) return "The match is over.";
  return desk.fate ? `${desk.fate.text} Waiting for the next question.` : "Waiting for a question.";
}

/** He let several pass: the match goes on with his default until he says that he is there. */
function Gone({ desk, question }) {
  const commit = question.observation.available_tools.find(({ commits }) => commits);
  return html`
    <section class="card">
      <p>You let several questions pass, so your default decides at once, until you say that you are there.</p>
      <p class="acts"><button type="button" class="primary" disabled=${desk.sending} onClick=${() => desk.answer(question, { tool: commit.name })}>I am here</button></p>
    </section>
  `;
}

/** While nothing is asked: what is to come, or how it ended. */
function Between({ session, last }) {
  const result = resultOf(session);
  if (result) return html`<${Ended} session=${session} result=${result} />`;
  if (last) return html`<section class="card"><p class="none">The next question opens here.</p></section>`;
  return html`<${Meanwhile} session=${session} last=${null} />`;
}

function Ended({ session, result }) {
  const { text, end_reason: reason } = result;
  return html`
    <section class="card">
      <h2>The match is over</h2>
      <p><bdi>${text || reason}</bdi></p>
      ${VOIDS[reason] && html`<p class="hint">${VOIDS[reason]} It counts for nobody.</p>`}
      <p class="acts"><a class="button" href=${matchPath(session.stream)}>See it again</a><a class="button" href="/start">Start another</a></p>
    </section>
  `;
}

/** Between two questions: the match as everybody sees it, else as it was seen last. */
function Meanwhile({ session, last }) {
  if (session?.status === "ready") return html`<${Board} title=${html`<bdi>${session.stream}</bdi>`} frame=${frameOf(session)} />`;
  if (last) return html`<div class="past-scene"><${Scene} seen=${last.observation} names=${namesIn(session)} /></div>`;
  return html`
    <section class="card">
      <h1>Nothing is asked yet</h1>
      <p>Leave this page open: the first question opens here, and the tab’s title says so. Whoever starts the match names you as a captain.</p>
      <p class="acts"><a class="button" href="/">Watch the featured match</a></p>
    </section>
  `;
}

const frameOf = (session) => session.log.frameAt(session.log.top);

/** How the match ended; null while it is on, or not known. */
const resultOf = (session) => (session?.status === "ready" ? frameOf(session).result : null);

function namesIn(session) {
  if (session?.status !== "ready") return null;
  const { home, away } = frameOf(session);
  return home && away ? [home.captain, away.captain] : null;
}

function NoToken({ captain, own, onToken }) {
  const [token, setToken] = useState("");
  const submit = (event) => {
    event.preventDefault();
    own.setToken(token.trim());
    onToken();
  };
  return html`
    <${Notice} title="Whose side is this?" text="Leading a side wants a token, which the link that you were given brings along behind its #.">
      <form class="row" onSubmit=${submit}>
        <label class="field">
          <span>Token of <bdi>${captain}</bdi></span>
          <input type="password" autocomplete="off" required value=${token} onInput=${(event) => setToken(event.target.value)} />
        </label>
        <button type="submit" class="primary">Lead the side</button>
      </form>
    <//>
  `;
}

// --- what it follows ----------------------------------------------------------------------------

function useDesk(own, captain) {
  const [desk, setDesk] = useState(null);
  const [, redraw] = useState(0);
  useEffect(() => {
    if (!own.token) {
      setDesk({ state: "refused", questions: [], current: null });
      return undefined;
    }
    const opened = new Desk(own, captain, () => redraw((count) => count + 1));
    setDesk(opened);
    return () => opened.close();
  }, [own, captain]);
  return desk;
}

/** A question is seen in the tab's title, too. */
function useTitle(question, captain) {
  const asked = question !== null && !question.gone;
  useEffect(() => {
    document.title = asked ? `● Your call, ${captain}` : `${captain} · captains`;
  }, [asked, captain]);
}

/** The match that he plays in, as it is published; null while it is not known. */
function useMatch(api, captain, question) {
  const [stream, setStream] = useState(null);
  const [session, setSession] = useState(null);
  const [, redraw] = useState(0);
  const episode = question?.episode_id ?? null;
  useEffect(() => {
    let timer = 0;
    let gone = false;
    const look = async () => {
      const query = new URLSearchParams({ search: episode ?? captain, limit: 20 });
      const listed = await api.getJson(`/api/streams?${query}`).catch(() => null);
      if (gone) return;
      const found = listed && streamAmong(listed.streams, captain, episode);
      if (found) setStream(found);
      timer = setTimeout(look, LOOK_MS);
    };
    look();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [api, captain, episode]);
  useEffect(() => {
    if (stream === null) return undefined;
    const opened = new MatchSession(api, { stream, onChange: () => redraw((count) => count + 1) });
    setSession(opened);
    return () => opened.close();
  }, [api, stream]);
  return session;
}

/** The newest attempt at his match; before his first question a match of his that is on. */
function streamAmong(streams, captain, episode) {
  const mine = streams.filter((one) => (episode === null ? one.state === "live" && [one.home, one.away].includes(captain) : one.episode_id === episode));
  return mine.reduce((newest, one) => (newest === null || one.attempt > newest.attempt ? one : newest), null)?.stream ?? null;
}
