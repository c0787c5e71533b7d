// One match, live and replayed: the featured one, or the one that the address names.

import { Latest } from "../lists/latest.js";
import { Match } from "../match/match.js";
import { Loading, Unknown, Waiting } from "../match/states.js";
import { formatPlace, parsePlace } from "../places.js";
import { MatchSession } from "../session.js";
import { NoAccess, useLamp } from "../shell.js";
import { html, useEffect, useState } from "../vendor/preact.js";

const ADDRESS_AFTER_MS = 300; // browsers limit how often the address may change

export function MatchPage({ api, route }) {
  const [tries, setTries] = useState(0);
  const session = useSession(api, route, tries);
  useLamp(session === null || session.status === "refused" ? null : stateOf(session));
  useAddress(session, route);
  const featured = route.page === "featured";
  if (session?.status === "refused") return html`<${NoAccess} api=${api} onToken=${() => setTries(tries + 1)} />`;
  if (session?.status === "unknown") return html`<${Unknown} stream=${route.stream} />`;
  return html`
    <div class=${featured ? "with-latest" : ""}>
      ${bodyOf(session, featured ? "Featured match" : html`Match <bdi>${route.stream}</bdi>`)}
      ${featured && html`<${Latest} api=${api} current=${session?.stream ?? null} />`}
    </div>
  `;
}

function bodyOf(session, title) {
  if (session?.status === "waiting") return html`<${Waiting} />`;
  if (session?.status !== "ready") return html`<${Loading} title=${title} />`;
  return html`<${Match} session=${session} title=${title} />`;
}

/** A session for the address; drawn anew whenever it changes. */
function useSession(api, route, tries) {
  const [session, setSession] = useState(null);
  const [, redraw] = useState(0);
  useEffect(() => {
    const opened = new MatchSession(api, {
      stream: route.page === "match" ? route.stream : null,
      ...(route.page === "match" ? { place: route.place } : keptPlace()),
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
  }, [route]); // the same ball may be asked for again
  return session;
}

/** What the lamp says: how the connection is, else where the viewer is. */
function stateOf({ player, connection, status, isLive }) {
  if (connection !== "live") return connection;
  if (status !== "ready") return "connected";
  if (player.following) return isLive ? "live" : "ended";
  const behind = isLive && player.behind > 0 ? ` · ${player.behind} behind` : "";
  return `${player.playing ? "replay" : "paused"}${behind}`;
}

/**
 * While the viewer stands at a ball, the address names it, and a reload comes back to it. The address of the featured
 * channel names no match: there the history entry keeps which one it was.
 */
function useAddress(session, route) {
  const settled = session?.status === "ready" && !session.seeks;
  const stands = settled && !session.player.following && !session.player.playing;
  const place = stands ? (session.log.stops[session.player.stop]?.place ?? null) : null;
  const text = place ? formatPlace(place) : "";
  const stream = session?.stream;
  useEffect(() => {
    if (!settled) return undefined;
    const timer = setTimeout(() => (route.page === "match" ? nameInAddress(text) : keepPlace(stream, text)), ADDRESS_AFTER_MS);
    return () => clearTimeout(timer);
  }, [stream, text, settled]);
}

function nameInAddress(text) {
  const hash = text && `#${text}`;
  if (location.hash !== hash) history.replaceState(null, "", location.pathname + location.search + hash);
}

function keepPlace(stream, text) {
  if ((history.state?.place ?? "") !== text) history.replaceState(text ? { stream, place: text } : null, "", location.href);
}

/** Where the viewer stood before a reload: a ball, and the match it is of. */
function keptPlace() {
  const { place = "", stream = null } = history.state ?? {};
  return { place: parsePlace(place), placeIn: stream };
}
