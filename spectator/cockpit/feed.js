// A WebSocket that comes back: from the last number, after a growing and jittered pause.

const FIRST_MS = 400;
const MOST_MS = 8_000;
const SILENCE_MS = 50_000; // the bus gives a sign of life every 20 s
const FULL = 1013; // RFC 6455: try again later

/**
 * Follows one stream, or whatever is featured. What is told:
 * `onReset(stream, top)` everything starts anew, the bus has `top` events, `onSnapshot(seq, frame)` the state after event `seq`,
 * `onEvents(events)` the next ones, `onState("live" | "reconnecting" | "full")`, `onFeatured(stream | null)`.
 * With `snapshot`, the bus may begin with the state instead of the whole history; with `from`, it goes on after what is
 * known already: event `seq` of `stream` in the log `epoch`.
 */
export class Feed {
  #api;
  #path;
  #snapshot;
  #handlers;
  #socket = null;
  #timer = 0;
  #silence = 0;
  #tries = 0;
  #closed = false;
  #stream = null;
  #epoch = null;
  #last = 0;

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
    this.#socket?.close();
  }

  /** Try at once, where the browser says that the network is back. */
  nudge() {
    if (!this.#closed && this.#socket === null) {
      clearTimeout(this.#timer);
      this.#open();
    }
  }

  #open() {
    const socket = new WebSocket(
      this.#api.socketUrl(this.#path, {
        after: this.#last,
        epoch: this.#epoch,
        stream: this.#stream,
        join: this.#snapshot ? "snapshot" : null,
      }),
    );
    this.#socket = socket;
    socket.onmessage = (message) => this.#hear(JSON.parse(message.data));
    socket.onclose = (event) => this.#lost(socket, event.code);
    this.#listen();
  }

  #listen() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#socket?.close(), SILENCE_MS);
  }

  #hear(message) {
    if (this.#closed) return;
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
      this.#socket.close(); // a hole cannot be: ask again from where we stand
      return;
    }
    this.#last = fresh.at(-1).seq;
    this.#handlers.onEvents(fresh);
  }

  #lost(socket, code) {
    if (this.#closed || socket !== this.#socket) return;
    this.#socket = null;
    clearTimeout(this.#silence);
    this.#handlers.onState?.(code === FULL ? "full" : "reconnecting");
    const pause = Math.min(MOST_MS, FIRST_MS * 2 ** this.#tries) * (0.5 + Math.random());
    this.#tries += 1;
    this.#timer = setTimeout(() => this.#open(), pause);
  }
}
