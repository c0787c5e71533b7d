// One match, live and replayed: the featured one, or the one that the address names.

import { Latest } from "../lists/latest.js";
import { ballsOf } from "../match/balls.js";
import { Board } from "../match/board.js";
import { Calls } from "../match/calls.js";
import { Chance } from "../match/chance.js";
import { Controls } from "../match/controls.js";
import { Crease } from "../match/figures.js";
import { Help, useKeys } from "../match/keys.js";
import { Overs } from "../match/over.js";
import { Words, useSaid } from "../match/words.js";
import { formatPlace } from "../places.js";
import { MatchSession } from "../session.js";
import { NoAccess, Notice, lamp } from "../shell.js";
import { html, useEffect, useMemo, useRef, useState } from "../vendor/preact.js";

const ADDRESS_AFTER_MS = 300; // browsers limit how often the address may change

export function MatchPage({ api, route }) {
  const [tries, setTries] = useState(0);
  const session = useSession(api, route, tries);
  const live = session !== null && session.ended === null;
  useLamp(session, live);
  useAddress(session, route);
  if (session === null) return null;
  if (session.status === "refused") return html`<${NoAccess} api=${api} onToken=${() => setTries(tries + 1)} />`;
  if (session.status === "unknown") return html`<${Unknown} route=${route} />`;
  return html`<${Match} session=${session} route=${route} api=${api} />`;
}

/** A session for the address; drawn anew whenever it changes. */
function useSession(api, route, tries) {
  const [session, setSession] = useState(null);
  const [, redraw] = useState(0);
  useEffect(() => {
    const stream = route.page === "match" ? route.stream : null;
    const opened = new MatchSession(api, {
      stream,
      place: route.place ?? null,
      onChange: () => redraw((count) => count + 1),
    });
    const nudge = () => opened.nudge();
    window.addEventListener("online", nudge);
    setSession(opened);
    return () => {
      window.removeEventListener("online", nudge);
      opened.close();
    };
  }, [route.path, tries]);
  useEffect(() => {
    if (session !== null && route.place) session.show(route.place);
  }, [route.place && formatPlace(route.place)]);
  return session;
}

function useLamp(session, live) {
  const state = session === null || session.status === "refused" ? null : stateOf(session, live);
  useEffect(() => {
    lamp.set(state);
  }, [state]);
  useEffect(() => () => lamp.set(null), []);
}

/** What the lamp says: how the connection is, else where the viewer is. */
function stateOf(session, live) {
  const { player, connection } = session;
  if (connection !== "live") return connection;
  if (session.status !== "ready") return "connected";
  if (player.following) return live ? "live" : "ended";
  if (player.playing) return live ? `replay · ${player.behind} behind` : "replay";
  return live ? `paused · ${player.behind} behind` : "paused";
}

/** While the viewer stands at a ball, the address names it; a reload comes back to it. */
function useAddress(session, route) {
  const stands = session !== null && session.status === "ready" && !session.player.following && !session.player.playing;
  const place = stands ? (session.log.stops[session.player.stop]?.place ?? null) : null;
  const hash = place ? `#${formatPlace(place)}` : "";
  const settled = session?.status === "ready" && !session.seeks;
  useEffect(() => {
    if (route.page !== "match" || !settled) return undefined;
    const timer = setTimeout(() => {
      if (location.hash !== hash) history.replaceState(null, "", location.pathname + location.search + hash);
    }, ADDRESS_AFTER_MS);
    return () => clearTimeout(timer);
  }, [hash, settled]);
}

function Unknown({ route }) {
  return html`
    <${Notice} title="No such match yet" text=${`The bus knows no match ${route.stream}. If it is about to begin, it opens here.`}>
      <p><a href="/matches">All matches</a></p>
    <//>
  `;
}

function Match({ session, route, api }) {
  const { player, log } = session;
  const { frame } = session;
  const live = session.ended === null;
  const [helps, setHelps] = useState(false);
  const [keysOn, setKeysOn] = useKeys({ player, isLive: live, onHelp: () => setHelps(true) });
  const said = useSaid(session.commentary);
  const balls = useMemo(() => ballsOf(log.eventsTo(player.seq)), [log, log.version, player.seq]);
  const ball = balls.findLast((each) => each.delivery) ?? balls.at(-1) ?? null;
  const line = ball?.delivery ? said(ball.delivery) : "";
  const toEnd = (innings, over) => player.to(log.stops.findLastIndex(({ delivery }) => delivery?.data.innings === innings && delivery.data.over === over));
  return html`
    <div class=${`match ${route.page}`}>
      <${Board} title=${titleOf(session, route)} frame=${frame} note=${noteOf(session)}>
        <p id="line" class="line"><bdi>${line}</bdi></p>
        <${Said} text=${line} />
        <${Controls} session=${session} onHelp=${() => setHelps(true)} />
      <//>
      <div class="column">
        <${Crease} innings=${frame.innings.at(-1) ?? null} />
        <${Calls} ball=${ball} reasoning=${session.reasoning} />
      </div>
      <div class="column">
        <${Chance} frame=${frame} />
        <${Words} balls=${balls} said=${said} onBall=${(delivery) => player.to(log.stops.findIndex((stop) => stop.delivery === delivery))} />
      </div>
      <${Overs} frame=${frame} onOver=${toEnd} />
      ${route.page === "featured" && html`<${Latest} api=${api} session=${session} />`}
      <${Help} open=${helps} onClose=${() => setHelps(false)} keysOn=${keysOn} onKeysOn=${setKeysOn} />
    </div>
  `;
}

const SAY_EVERY_MS = 1_500;

/** One line a ball for who cannot see it; at speed only the latest is said. */
function Said({ text }) {
  const [told, setTold] = useState("");
  const latest = useRef(text);
  const timer = useRef(0);
  latest.current = text;
  useEffect(() => {
    if (timer.current || text === told) return;
    setTold(text);
    timer.current = setTimeout(() => {
      timer.current = 0;
      setTold(latest.current);
    }, SAY_EVERY_MS);
  }, [text]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return html`<p id="said" class="sr" role="status">${told}</p>`;
}

function titleOf(session, route) {
  if (route.page === "featured") return "Featured match";
  return html`Match <bdi>${session.stream ?? route.stream}</bdi>`;
}

function noteOf(session) {
  if (session.status === "waiting") return html`Waiting for a match to be featured. <a href="/matches">Any match can be watched.</a>`;
  return session.frame.home === null ? "Loading the match." : null;
}
