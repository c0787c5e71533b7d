// The bus over HTTP: one place for addresses, the token and what a refusal says.

import { inTab } from "./storage.js";
import { createStore } from "./store.js";

const KEY = "captains-token";

/** The bus answered `status` with `body`; 0 where it could not be reached. */
export class ApiError extends Error {
  constructor(path, status, body = null) {
    super(status === 0 ? `${path}: the bus cannot be reached` : `${path} answered ${status}`);
    this.path = path;
    this.status = status;
    this.body = body;
  }
}

/** `episode/attempt` as a path; either part may hold any character. */
export function encodeStream(stream) {
  const cut = stream.lastIndexOf("/");
  return `${encodeURIComponent(stream.slice(0, cut))}/${encodeURIComponent(stream.slice(cut + 1))}`;
}

/**
 * `reached` says how the last request went: "unknown", "yes", "no", or "refused" where a token is
 * missing.
 */
export class Api {
  #token;
  #key;
  reached = createStore("unknown");

  /** `person` is the captain whose token this is; without one it is that of the page. */
  constructor(person = null) {
    this.#key = person === null ? KEY : `${KEY}:${person}`;
    const isHere = person !== null || !location.pathname.startsWith("/play/");
    this.#token = (isHere ? takeToken(this.#key) : null) ?? inTab.getItem(this.#key);
  }

  get token() {
    return this.#token;
  }

  /** Take another token, for as long as this tab is open. */
  setToken(token) {
    this.#token = token;
    inTab.setItem(this.#key, token);
    this.reached.set("unknown");
  }

  /** `signal` gives it up. */
  getJson(path, signal = undefined) {
    return this.#ask(path, { signal });
  }

  postJson(path, body, headers = {}) {
    return this.#ask(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  }

  /** The address of what is listened to, with `params` and the token in its query: no header can be set there. */
  streamUrl(path, params) {
    const url = new URL(path, location.origin);
    for (const [name, value] of Object.entries(params)) {
      if (value !== null) url.searchParams.set(name, value);
    }
    if (this.#token) url.searchParams.set("token", this.#token);
    return url;
  }

  async #ask(path, options) {
    const headers = { ...options.headers };
    if (this.#token) headers.authorization = `Bearer ${this.#token}`;
    const answer = await fetch(path, { ...options, headers }).catch(() => null);
    const body = (await answer?.json().catch(() => null)) ?? null;
    // A good answer that cannot be read was cut off, or somebody else gave it.
    if (answer === null || (answer.ok && body === null)) {
      if (!options.signal?.aborted) this.reached.set("no");
      throw new ApiError(path, 0);
    }
    this.reached.set(answer.status === 401 ? "refused" : "yes");
    if (!answer.ok) throw new ApiError(path, answer.status, body);
    return body;
  }
}

/** From `#token=…`, which leaves the address at once; null where none is there. */
function takeToken(key) {
  const hash = new URLSearchParams(location.hash.slice(1));
  const given = hash.get("token");
  if (given !== null) {
    hash.delete("token");
    const rest = hash.toString();
    history.replaceState(null, "", location.pathname + location.search + (rest && `#${rest}`));
    inTab.setItem(key, given);
  }
  return given;
}
