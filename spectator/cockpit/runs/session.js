// One tournament as it is watched: as it stands, then every event after that.

import { encodeStream } from "../api.js";
import { Feed } from "../feed.js";
import { useEffect, useState } from "../vendor/preact.js";
import { NO_RUN, foldRun, stateOf } from "./fold.js";

const AGAIN_MS = 3_000;
const LOOK_MS = 10_000; // whether a run that says nothing was started anew

/**
 * `status` is "loading", "ready", "unknown" (no such run yet) or "refused"; `connection` "connecting", "live",
 * "reconnecting" or "full". `onChange` is called once an animation frame at most.
 */
export class RunSession {
  #api;
  #onChange;
  #feed = null;
  #timer = 0;
  #looking = 0;
  #drawing = 0;
  #closed = false;
  status = "loading";
  connection = "connecting";
  run = NO_RUN;

  constructor(api, stream, onChange) {
    this.#api = api;
    this.stream = stream;
    this.#onChange = onChange;
    this.#load();
  }

  nudge() {
    this.#feed?.nudge();
  }

  close() {
    this.#closed = true;
    this.#feed?.close();
    clearTimeout(this.#timer);
    clearInterval(this.#looking);
    cancelAnimationFrame(this.#drawing);
  }

  get #path() {
    return `/api/runs/${encodeStream(this.stream.replace(/^run:/, ""))}`;
  }

  async #load() {
    try {
      const told = await this.#api.getJson(this.#path);
      if (!this.#closed) this.#begin(told);
    } catch (error) {
      if (this.#closed) return;
      if (error.status === 401) this.#be("refused");
      else {
        if (error.status === 404) this.#be("unknown");
        else if (this.status === "loading") this.#connected("reconnecting");
        this.#timer = setTimeout(() => this.#load(), AGAIN_MS);
      }
    }
  }

  #begin({ epoch, top, events, followed }) {
    this.run = events.reduce(foldRun, { ...NO_RUN, followed });
    clearInterval(this.#looking);
    this.#looking = setInterval(() => this.#look(), LOOK_MS);
    this.#feed = new Feed(
      this.#api,
      `/api/streams/${encodeStream(this.stream)}/ws`,
      {
        onReset: () => this.#again(),
        onEvents: (fresh) => {
          this.run = fresh.reduce(foldRun, this.run);
          this.#changed();
        },
        onState: (connection) => (connection === "refused" ? this.#be("refused") : this.#connected(connection)),
      },
      { from: { stream: this.stream, epoch, seq: top } },
    );
    this.#be("ready");
  }

  async #look() {
    if (stateOf(this.run, Date.now()) !== "no news") return;
    const told = await this.#api.getJson(this.#path).catch(() => null);
    if (!told?.followed) return;
    this.run = { ...this.run, followed: true };
    this.#changed();
  }

  /** The bus has another log than before: what we know is not its. */
  #again() {
    this.#feed.close();
    this.#load();
  }

  #be(status) {
    this.status = status;
    this.#changed();
  }

  #connected(connection) {
    this.connection = connection;
    this.#changed();
  }

  #changed() {
    if (this.#drawing || this.#closed) return;
    this.#drawing = requestAnimationFrame(() => {
      this.#drawing = 0;
      this.#onChange();
    });
  }
}

/** The session of `stream`, drawn anew whenever it changes; null where `stream` is, and before it is open. */
export function useRunSession(api, stream, tries = 0) {
  const [session, setSession] = useState(null);
  const [, redraw] = useState(0);
  useEffect(() => {
    if (stream === null) return undefined;
    const opened = new RunSession(api, stream, () => redraw((count) => count + 1));
    const nudge = () => opened.nudge();
    window.addEventListener("online", nudge);
    setSession(opened);
    return () => {
      window.removeEventListener("online", nudge);
      opened.close();
    };
  }, [api, stream, tries]);
  return session;
}
