// One match as it is watched: its log, its side channels, and where the viewer is in it.

import { encodeStream } from "./api.js";
import { Feed } from "./feed.js";
import { MatchLog } from "./log.js";
import { Player } from "./player.js";

const PAGE_EVENTS = 1_000;
const AGAIN_MS = 2_000;

/**
 * `stream` null follows whatever is featured. `status` is "loading", "waiting" (nothing is featured), "ready",
 * "unknown" (no such match yet) or "refused"; `connection` "connecting", "live", "reconnecting" or "full".
 * `onChange` is called once an animation frame at most.
 */
export class MatchSession {
  #api;
  #wanted;
  #onChange;
  #feeds = [];
  #sides = [];
  #drawing = 0;
  #filling = null;
  #closed = false;
  #place;
  #placeIn;
  #knownTop = 0; // the last event that the bus had when we joined
  status = "loading";
  connection = "connecting";
  stream = null;
  featured = null;
  log = new MatchLog();
  player = new Player(this.log, () => this.#changed());
  told = 0; // grows with what the side channels bring
  missed = null; // a ball that was asked for and is not in the match
  reasoning = new Map(); // by the decision's number
  commentary = new Map(); // by the number of the event that is told of
  audio = new Map(); // the same

  /** `place` is shown as soon as it is known; with `placeIn` only where that is the match. */
  constructor(api, { stream = null, place = null, placeIn = stream, onChange }) {
    this.#api = api;
    this.#wanted = stream;
    this.#place = place;
    this.#placeIn = placeIn;
    this.#onChange = onChange;
    this.#open();
  }

  get token() {
    return this.#api.token;
  }

  get isLive() {
    return this.log.frameAt(this.log.top).phase !== "ended";
  }

  /** Whether a ball that was asked for is still to be found. */
  get seeks() {
    return this.#place !== null;
  }

  /** Go to a ball, now or when it has been loaded. */
  show(place) {
    this.#place = place;
    this.#seekPlace();
    this.#changed();
  }

  nudge() {
    for (const feed of [...this.#feeds, ...this.#sides]) feed.nudge();
  }

  close() {
    this.#closed = true;
    for (const feed of [...this.#feeds, ...this.#sides]) feed.close();
    this.player.close();
    cancelAnimationFrame(this.#drawing);
  }

  async #open() {
    const path = this.#wanted === null ? "/api/featured" : `/api/streams/${encodeStream(this.#wanted)}`;
    const refusal = await this.#api.getJson(path).then(
      () => null,
      (error) => error.status,
    );
    if (this.#closed) return;
    if (refusal === 401) {
      this.#be("refused");
      return;
    }
    if (refusal === 404) this.#be("unknown"); // it may begin yet: it is followed all the same
    this.#feeds = [new Feed(this.#api, `${path}/ws`, this.#handlers(), { snapshot: true })];
  }

  #handlers() {
    return {
      onReset: (stream, top) => this.#reset(stream, top),
      onSnapshot: (seq, frame) => {
        this.log.begin(seq, frame);
        this.#arrived();
      },
      onEvents: (events) => {
        this.log.add(events);
        this.#arrived();
      },
      onFeatured: (stream) => {
        this.featured = stream;
        if (stream === null && this.log.top === 0) this.#be("waiting");
      },
      onState: (connection) => {
        this.connection = connection;
        if (connection === "refused") this.status = "refused";
        this.#changed();
      },
    };
  }

  #reset(stream, top) {
    this.player.close();
    this.stream = stream;
    if (this.#placeIn !== stream) this.#place = null;
    this.#knownTop = top;
    this.log = new MatchLog();
    const before = this.player;
    this.player = new Player(this.log, () => this.#changed());
    this.player.speed = before.speed;
    this.#filling = null;
    if (top === 0 && this.#wanted !== null) this.status = "unknown"; // another log than before
    else if (this.status !== "unknown") this.status = "loading";
    this.told += 1;
    this.#openSides(stream);
    this.#changed();
  }

  #arrived() {
    if (this.log.top > 0) this.status = "ready";
    this.#fill();
    this.#seekPlace();
    this.#changed();
  }

  #seekPlace() {
    const all = this.log.isWhole && this.log.top >= this.#knownTop && this.log.top > 0;
    if (this.#place === null || !all) return; // another innings may have such a ball too
    this.missed = this.player.toPlace(this.#place) ? null : this.#place;
    this.#place = null;
  }

  /** Fetch what lies before the snapshot, the latest first, until nothing is missing. */
  async #fill() {
    if (this.#filling === this.log || this.log.isWhole) return;
    const log = this.log;
    this.#filling = log;
    while (!this.#closed && this.log === log && !log.isWhole) {
      await this.#fillOnce(log);
    }
    if (this.#filling === log) this.#filling = null;
  }

  async #fillOnce(log) {
    const { after, upto } = log.hole;
    const query = new URLSearchParams({ after: Math.max(after, upto - PAGE_EVENTS), limit: PAGE_EVENTS });
    const path = `/api/streams/${encodeStream(this.stream)}/events?${query}`;
    try {
      const page = await this.#api.getJson(path);
      if (this.#closed || this.log !== log) return;
      if (page.events.length === 0) throw new Error("the bus does not have them");
      log.add(page.events);
      this.#seekPlace();
      this.#changed();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS)); // the feed tells that the bus is away
    }
  }

  #openSides(stream) {
    for (const side of this.#sides) side.close();
    this.reasoning = new Map();
    this.commentary = new Map();
    this.audio = new Map();
    this.#sides = ["reasoning", "commentary"].map((channel) => {
      const path = `/api/streams/${encodeStream(`${channel}:${stream}`)}/ws`;
      return new Feed(this.#api, path, {
        onEvents: (events) => {
          for (const event of events) this.#note(event);
          this.told += 1;
          this.#changed();
        },
      });
    });
  }

  #note({ type, data }) {
    if (type === "reasoning") this.reasoning.set(data.number, data);
    else if (type === "commentary") this.commentary.set(data.of, data);
    else if (type === "audio") this.audio.set(data.of, data);
  }

  #be(status) {
    this.status = status;
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
