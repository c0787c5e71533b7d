// A WebSocket that comes back: from the last number, after a growing and jittered pause.

const FIRST_MS = 400;
const MOST_MS = 8_000;
const SILENCE_MS = 50_000; // the bus gives a sign of life every 20 s

/**
 * Follows one stream, or whatever is featured.
 * `onReset(stream)` everything starts anew, `onEvents(events)` the next ones, `onState(state)` of the connection,
 * `onFeatured(stream | null)` what is featured.
 */
export class Feed {
  #path;
  #token;
  #handlers;
  #socket = null;
  #timer = 0;
  #silence = 0;
  #tries = 0;
  #closed = false;
  #stream = null;
  #epoch = null;
  #last = 0;

  constructor(path, token, handlers) {
    this.#path = path;
    this.#token = token;
    this.#handlers = handlers;
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
    const url = new URL(this.#path, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    url.searchParams.set("after", this.#last);
    if (this.#epoch !== null) url.searchParams.set("epoch", this.#epoch);
    if (this.#stream !== null) url.searchParams.set("stream", this.#stream);
    if (this.#token) url.searchParams.set("token", this.#token);
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.onmessage = (message) => this.#hear(JSON.parse(message.data));
    socket.onclose = () => this.#lost(socket);
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
      this.#handlers.onState("live");
    } else if (message.t === "hello") {
      this.#hello(message);
    } else if (message.t === "events") {
      this.#take(message.events);
    }
  }

  #hello(message) {
    const same = message.stream === this.#stream && message.epoch === this.#epoch;
    if (!same || message.after !== this.#last) {
      this.#last = 0;
      this.#handlers.onReset(message.stream);
    }
    this.#stream = message.stream;
    this.#epoch = message.epoch;
    this.#handlers.onState("live");
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

  #lost(socket) {
    if (this.#closed || socket !== this.#socket) return;
    this.#socket = null;
    clearTimeout(this.#silence);
    this.#handlers.onState("reconnecting");
    const pause = Math.min(MOST_MS, FIRST_MS * 2 ** this.#tries) * (0.5 + Math.random());
    this.#tries += 1;
    this.#timer = setTimeout(() => this.#open(), pause);
  }
}
