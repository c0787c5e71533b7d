// The cockpit: follows the featured match, replays any other, shows the table as it changes.
// State flows one way: events -> frame (reducer.js) -> DOM (match.js), once an animation frame.

import { byId, setText } from "./dom.js";
import { Feed } from "./feed.js";
import { NO_RUN, drawMatches, drawRun, foldRun } from "./lists.js";
import { drawMatch, drawSituation } from "./match.js";
import { EMPTY, fold } from "./reducer.js";
import { situation } from "./words.js";

const LIST_EVERY_MS = 3_000;
const BALL_MS = 1_000; // a ball a second at speed 1
const LIST_LIMIT = 300; // matches that are listed; the bus searches and counts them all
const SEARCH_AFTER_MS = 150;

const hash = new URLSearchParams(location.hash.slice(1));
const token = hash.get("token");

const state = {
  chosen: hash.get("match"), // null: whatever is featured
  stream: null,
  featured: null,
  events: [],
  frame: EMPTY,
  shown: 0, // events in `frame`
  replaying: false,
  playing: false,
  connection: "connecting",
  run: NO_RUN,
  runStream: null,
  found: { streams: [], total: 0, search: "" },
  templates: null,
};

let matchFeed = null;
let runFeed = null;
let drawing = 0;
let ticking = 0;
let searching = 0;

// --- drawing ------------------------------------------------------------------------------------

function redraw() {
  if (drawing === 0) drawing = requestAnimationFrame(draw);
}

function draw() {
  drawing = 0;
  if (!state.replaying) show(state.events.length);
  drawMatch({
    frame: state.frame,
    events: state.events.slice(0, state.shown),
    templates: state.templates,
    title: titleText(),
  });
  drawSituation(state.frame.home === null ? waitingText() : situation(state.frame));
  drawPlayer();
  drawConnection();
  drawRun(state.run);
  drawMatches({
    found: state.found,
    current: state.stream,
    featured: state.featured,
    onChoose: choose,
  });
}

/** Bring the frame to the first `count` events; backwards it is folded anew. */
function show(count) {
  if (count < state.shown) {
    state.frame = EMPTY;
    state.shown = 0;
  }
  for (; state.shown < count; state.shown += 1) {
    state.frame = fold(state.frame, state.events[state.shown]);
  }
}

function titleText() {
  if (state.chosen === null) return "Featured match";
  return `Match ${state.stream ?? state.chosen}`;
}

function waitingText() {
  if (state.chosen !== null) return "Loading the match.";
  return "Waiting for a match to be featured. Any match in the list can be watched.";
}

function drawConnection() {
  const mode = state.replaying && state.connection === "live" ? "replay" : state.connection;
  byId("connection").dataset.state = mode;
  setText(byId("connection-text"), mode);
}

function drawPlayer() {
  byId("player").hidden = !state.replaying;
  byId("replay").hidden = state.events.length < 4;
  byId("back").hidden = state.chosen === null;
  setText(byId("play"), state.playing ? "Pause" : "Play");
  const position = byId("position");
  position.max = state.events.length;
  position.value = state.shown;
  const over = state.frame.innings.at(-1);
  position.setAttribute("aria-valuetext", over ? `innings ${over.innings}, ${over.overs} overs` : "start");
}

// --- replay -------------------------------------------------------------------------------------

/** From event `at` on; the first one names the sides. */
function startReplay(at = 1) {
  state.replaying = true;
  state.playing = true;
  show(at);
  tick();
  redraw();
}

function tick() {
  clearTimeout(ticking);
  if (!state.playing) return;
  ticking = setTimeout(() => {
    nextBall();
    tick();
    redraw();
  }, BALL_MS / Number(byId("speed").value));
}

/** On to the end of the next delivery; at the end of what is known, stop. */
function nextBall() {
  let at = state.shown;
  while (at < state.events.length && state.events[at].type !== "delivery") at += 1;
  show(Math.min(at + 1, state.events.length));
  if (at + 1 >= state.events.length) show(state.events.length);
  if (state.shown === state.events.length) state.playing = false;
}

function stopReplay() {
  state.replaying = false;
  state.playing = false;
  clearTimeout(ticking);
  redraw();
}

function scrub(to) {
  state.playing = false;
  clearTimeout(ticking);
  show(Number(to));
  redraw();
}

// --- feeds --------------------------------------------------------------------------------------

function watch() {
  matchFeed?.close();
  forget(null);
  const path = state.chosen === null ? "/api/featured/ws" : `/api/streams/${encodeStream(state.chosen)}/ws`;
  matchFeed = new Feed(path, token, {
    onReset: forget,
    onEvents: (events) => {
      state.events.push(...events);
      redraw();
    },
    onState: (connection) => {
      state.connection = connection;
      redraw();
    },
    onFeatured: (stream) => {
      state.featured = stream;
      redraw();
    },
  });
  redraw();
}

function forget(stream) {
  state.stream = stream;
  state.events = [];
  state.frame = EMPTY;
  state.shown = 0;
  stopReplay();
}

function choose(stream) {
  state.chosen = stream;
  if (stream === null) hash.delete("match");
  else hash.set("match", stream);
  history.replaceState(null, "", `#${hash}`);
  watch();
}

const encodeStream = (stream) => {
  const cut = stream.lastIndexOf("/");
  return `${encodeURIComponent(stream.slice(0, cut))}/${encodeURIComponent(stream.slice(cut + 1))}`;
};

function watchRun(stream) {
  if (stream === state.runStream) return;
  state.runStream = stream;
  state.run = NO_RUN;
  runFeed?.close();
  runFeed = new Feed(`/api/streams/${encodeStream(stream)}/ws`, token, {
    onReset: () => {
      state.run = NO_RUN;
    },
    onEvents: (events) => {
      state.run = events.reduce(foldRun, state.run);
      redraw();
    },
    onState: () => {},
  });
}

async function getJson(path) {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const answer = await fetch(path, { headers });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}

/** Ask for the lists as long as the page is looked at; a bus that is away is asked again later. */
async function refreshLists() {
  if (document.visibilityState === "visible" && state.connection !== "reconnecting") {
    try {
      await Promise.all([refreshMatches(), refreshRun()]);
    } catch {
      // The feed tells the state of the connection; the list stays as it was.
    }
  }
  setTimeout(refreshLists, LIST_EVERY_MS);
}

async function refreshMatches() {
  const search = byId("search").value.trim();
  const matches = await getJson(`/api/streams?${new URLSearchParams({ limit: LIST_LIMIT, search })}`);
  if (search !== byId("search").value.trim()) return; // something else is asked by now
  state.found = { streams: matches.streams, total: matches.total, search };
  state.featured = matches.featured.stream;
  redraw();
}

async function refreshRun() {
  const runs = await getJson("/api/runs?limit=1");
  if (runs.streams.length) watchRun(runs.streams[0].stream);
}

/** Ask once he stops typing; where the bus is away, the next refresh of the lists asks again. */
function searchSoon() {
  clearTimeout(searching);
  searching = setTimeout(() => refreshMatches().catch(() => {}), SEARCH_AFTER_MS);
}

// --- start --------------------------------------------------------------------------------------

function connectControls() {
  byId("replay").addEventListener("click", () => startReplay());
  byId("back").addEventListener("click", () => choose(null));
  byId("follow").addEventListener("click", stopReplay);
  byId("play").addEventListener("click", () => {
    if (state.playing) {
      scrub(state.shown);
    } else {
      startReplay(state.shown === state.events.length ? 1 : state.shown);
    }
  });
  byId("position").addEventListener("input", (event) => scrub(event.target.value));
  byId("speed").addEventListener("change", tick);
  byId("search").addEventListener("input", searchSoon);
  window.addEventListener("resize", redraw);
  window.addEventListener("online", () => {
    matchFeed?.nudge();
    runFeed?.nudge();
  });
}

state.templates = await (await fetch("/static/commentary.json")).json();
connectControls();
watch();
refreshLists();
