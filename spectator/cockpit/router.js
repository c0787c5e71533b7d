// Addresses of the page: what they mean, how they are made, going from one to the next.

import { encodeStream } from "./api.js";
import { parsePlace } from "./places.js";
import { createStore } from "./store.js";

/** What `url` shows: `{ page, path, query, … }`; `page` is "unknown" for no address of ours. */
export function parseRoute(url) {
  const told = { path: url.pathname, query: url.searchParams };
  const [, first, ...rest] = url.pathname.split("/");
  const at = rest.join("/");
  if (url.pathname === "/") return { ...told, page: "featured" };
  if (rest.length === 0 && ["matches", "runs", "start"].includes(first)) return { ...told, page: first };
  if (first === "match" && isStream(at)) return { ...told, page: "match", ...streamAt(at), place: parsePlace(url.hash) };
  if (first === "run" && isStream(at)) return { ...told, page: "run", ...streamAt(at) };
  if (first === "play" && at) return { ...told, page: "play", captain: decoded(at) };
  return { ...told, page: "unknown" };
}

/** The address of a match: `stream` is `episode_id/attempt`, `place` as places.js makes it. */
export const matchPath = (stream, place = "") => `/match/${encodeStream(stream)}${place && `#${place}`}`;

/** The address of a run: `stream` is `run:name/n`. */
export const runPath = (stream) => `/run/${encodeStream(stream.replace(/^run:/, ""))}`;

const isStream = (path) => /^.+\/[0-9]{1,18}$/.test(path);

function streamAt(path) {
  const cut = path.lastIndexOf("/");
  const [name, attempt] = [decoded(path.slice(0, cut)), path.slice(cut + 1)];
  return { name, attempt: Number(attempt), stream: `${name}/${attempt}` };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The route that is shown, and how to go elsewhere. Plain links of the page are followed here too. */
export function createRouter() {
  const route = createStore(parseRoute(new URL(location.href)));
  const arrive = () => route.set(parseRoute(new URL(location.href)));

  function navigate(href, { replace = false } = {}) {
    history[replace ? "replaceState" : "pushState"](null, "", href);
    arrive();
  }

  window.addEventListener("popstate", arrive);
  document.addEventListener("click", (event) => {
    const url = ownLink(event);
    if (url === null) return;
    event.preventDefault();
    navigate(url.href);
  });
  return { route, navigate };
}

/** Where a click leads that is ours to follow; null for all others. */
function ownLink(event) {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null;
  const link = event.target.closest?.("a[href]");
  if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return null;
  const url = new URL(link.href);
  const isHere = url.pathname === location.pathname && url.search === location.search && url.hash !== "";
  return isHere || parseRoute(url).page === "unknown" ? null : url;
}
