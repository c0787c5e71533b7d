// The events of one match by number, and the frame after any of them.
//
// A late joiner begins with a snapshot, and the events before it arrive afterwards; so the log may have
// holes, and knows them.

import { placesOf } from "./places.js";
import { EMPTY, fold } from "./reducer.js";

const KEY_EVERY = 64; // events between frames that are kept
const SETTLES = new Set(["over.completed", "innings.ended", "episode.ended"]); // what a ball brings with it

export class MatchLog {
  #events = []; // event `seq` at `seq - 1`
  #frames = new Map([[0, EMPTY]]); // by number; a snapshot is one more
  #top = 0;
  #whole = 0; // every event up to here is known
  #stops = null;
  #lastKept = null;
  version = 0; // grows with every change

  /** The highest number that can be shown. */
  get top() {
    return this.#top;
  }

  /** Every event up to this number is known. */
  get whole() {
    return this.#whole;
  }

  event(seq) {
    return this.#events[seq - 1];
  }

  get isWhole() {
    return this.#whole >= this.#top;
  }

  add(events) {
    for (const event of events) this.#events[event.seq - 1] = event;
    this.#top = Math.max(this.#top, events.at(-1)?.seq ?? 0);
    while (this.#events[this.#whole]) this.#whole += 1;
    this.#stops = null;
    this.version += 1;
  }

  /** The frame after event `seq`, as the bus folded it. */
  begin(seq, frame) {
    this.#frames.set(seq, frame);
    this.#top = Math.max(this.#top, seq);
    this.version += 1;
  }

  /** The last hole as `{ after, upto }`, the numbers around what is missing; null where nothing is. */
  get hole() {
    if (this.isWhole) return null;
    let upto = this.#top;
    while (this.#events[upto - 1]) upto -= 1;
    let after = upto - 1;
    while (after > 0 && !this.#events[after - 1]) after -= 1;
    return { after, upto };
  }

  /** The frame after event `seq`; the nearest one below where events are missing. */
  frameAt(seq) {
    let from = seq;
    while (!this.#frames.has(from)) from -= 1;
    let frame = this.#frames.get(from);
    for (; from < seq && this.#events[from]; from += 1) {
      frame = fold(frame, this.#events[from]);
      if (frame.seq % KEY_EVERY === 0) this.#frames.set(frame.seq, frame);
    }
    if (frame.seq === this.#top) this.#keepTop(frame);
    return frame;
  }

  /** The last frame is asked for most: it is kept as long as it is the last. */
  #keepTop(frame) {
    const before = this.#lastKept;
    if (before !== null && before !== frame.seq && before % KEY_EVERY !== 0) this.#frames.delete(before);
    if (!this.#frames.has(frame.seq)) {
      this.#frames.set(frame.seq, frame);
      this.#lastKept = frame.seq;
    }
  }

  /** The events up to number `seq`, from where none is missing. */
  eventsTo(seq) {
    let from = seq;
    while (from > 0 && this.#events[from - 1]) from -= 1;
    return this.#events.slice(from, seq);
  }

  /**
   * Where one can stop: before the first ball, after each, at the end. `seq` is the last event that
   * belongs there, `delivery` its ball's, `place` its address; both are null at the start.
   */
  get stops() {
    this.#stops ??= stopsOf(this.#told());
    return this.#stops;
  }

  /** The events after which a frame can be made. */
  *#told() {
    let reached = true;
    for (let seq = 1; seq <= this.#top; seq += 1) {
      const event = this.#events[seq - 1];
      reached = this.#frames.has(seq) || (reached && event !== undefined);
      if (reached && event) yield event;
    }
  }
}

function stopsOf(events) {
  const stops = [];
  for (const event of events) {
    if (event.type === "delivery") stops.push({ seq: event.seq, delivery: event, place: null });
    else if (stops.length === 0 && event.type === "episode.started") stops.push({ seq: event.seq, delivery: null, place: null });
    else if (stops.length && SETTLES.has(event.type)) stops.at(-1).seq = event.seq;
  }
  const balls = stops.filter((stop) => stop.delivery);
  placesOf(balls.map((stop) => stop.delivery)).forEach((place, i) => {
    balls[i].place = place;
  });
  return stops;
}
