// A stream of the bus that comes back: from the last number, after a growing and jittered pause.

import { overServerSentEvents, overWebSocket } from "./transports.js";

const FIRST_MS = 400;
const MOST_MS = 8_000;
const SILENCE_MS = 50_000; // the bus gives a sign of life every 20 s
const FULL = 1013; // RFC 6455: try again later
const IN_VAIN = 2; // WebSockets that brought nothing, before something else is tried

let heardOver = null; // what has worked first, for all feeds of the page

/**
 * Follows one stream, or whatever is featured. What is told:
 * `onReset(stream, top)` everything starts anew, the bus has `top` events, `onSnapshot(seq, frame)` the state after
 * event `seq`, `onEvents(events)` the next ones, `onState("live" | "reconnecting" | "full" | "refused")`, the last of them for good,
 * `onFeatured(stream | null)`. With `snapshot`, the bus may begin with the state instead of the whole history; with `from`,
 * it goes on after what is known already: event `seq` of `stream` in the log `epoch`.
 */
export class Feed {
  #api;
  #path;
  #snapshot;
  #handlers;
  #end = null; // ends the connection; null while there is none
  #timer = 0;
  #silence = 0;
  #tries = 0;
  #closed = false;
  #stream = null;
  #epoch = null;
  #last = 0;

  /** `path` is that of the WebSocket. */
  constructor(api, path, handlers, { snapshot = false, from = null } = {}) {
    this.#api = api;
    this.#path = path;
    this.#handlers = handlers;
    this.#snapshot = snapshot;
    if (from !== null) [this.#stream, this.#epoch, this.#last] = [from.stream, from.epoch, from.seq];
    this.#open();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    this.#end?.();
  }

  /** Try at once, where the browser says that the network is back. */
  nudge() {
    if (!this.#closed && this.#end === null) {
      clearTimeout(this.#timer);
      this.#open();
    }
  }

  #open() {
    const url = this.#api.streamUrl(this.#path, {
      after: this.#last,
      epoch: this.#epoch,
      stream: this.#stream,
      join: this.#snapshot ? "snapshot" : null,
    });
    const connect = this.#transport();
    this.#end = connect(
      url,
      (message) => {
        heardOver ??= connect;
        this.#hear(message);
      },
      (code) => this.#lost(code),
    );
    this.#listen();
  }

  /** What has worked; where WebSockets have been in vain, each of the two in turn. */
  #transport() {
    const inVain = this.#tries >= IN_VAIN && this.#tries % 2 === 0;
    return heardOver ?? (inVain ? overServerSentEvents : overWebSocket);
  }

  /** A connection that is silent for too long is dead. */
  #listen() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#drop(), SILENCE_MS);
  }

  #drop() {
    this.#end?.();
    this.#lost(null);
  }

  #hear(message) {
    this.#listen();
    this.#tries = 0;
    if (message.t === "featured") {
      this.#handlers.onFeatured?.(message.stream);
      this.#handlers.onState?.("live");
    } else if (message.t === "hello") {
      this.#hello(message);
    } else if (message.t === "snapshot") {
      this.#last = message.seq;
      this.#handlers.onSnapshot?.(message.seq, message.frame);
    } else if (message.t === "events") {
      this.#take(message.events);
    }
  }

  #hello(message) {
    const same = message.stream === this.#stream && message.epoch === this.#epoch;
    if (!same || (message.mode !== "snapshot" && message.after !== this.#last)) {
      this.#last = message.mode === "snapshot" ? 0 : message.after;
      this.#handlers.onReset?.(message.stream, message.top);
    }
    this.#stream = message.stream;
    this.#epoch = message.epoch;
    this.#handlers.onState?.("live");
  }

  #take(events) {
    const fresh = events.filter((event) => event.seq > this.#last);
    if (fresh.length === 0) return;
    if (fresh[0].seq !== this.#last + 1) {
      this.#drop(); // a hole cannot be: ask again from where we stand
      return;
    }
    this.#last = fresh.at(-1).seq;
    this.#handlers.onEvents(fresh);
  }

  #lost(code) {
    if (this.#closed || this.#end === null) return;
    this.#end = null;
    clearTimeout(this.#silence);
    this.#handlers.onState?.(code === FULL ? "full" : "reconnecting");
    const pause = Math.min(MOST_MS, FIRST_MS * 2 ** this.#tries) * (0.5 + Math.random());
    this.#tries += 1;
    const again = this.#tries >= IN_VAIN ? () => this.#askIn() : () => this.#open();
    this.#timer = setTimeout(again, pause);
  }

  /** A browser does not tell why a WebSocket was not opened: so it is asked first whether we may read here. */
  async #askIn() {
    const refusal = await this.#api.getJson("/api/featured").then(
      () => null,
      (error) => error.status,
    );
    if (this.#closed || this.#end !== null) return;
    if (refusal !== 401) {
      this.#open();
      return;
    }
    this.close();
    this.#handlers.onState?.("refused");
  }
}
