// Where in the match the viewer is: at the latest ball, or anywhere before it, standing or playing.

import { findPlace } from "./places.js";

export const SPEEDS = [0.5, 1, 2, 4, 8, 16];
const BALL_MS = 2_000; // a ball every two seconds at speed 1

export class Player {
  #log;
  #onChange;
  #timer = 0;
  #at = 0; // the number of the event that is shown, while not following
  following = true;
  playing = false;
  speed = 1;

  constructor(log, onChange) {
    this.#log = log;
    this.#onChange = onChange;
  }

  /** The number of the last event that is shown. */
  get seq() {
    return this.following ? this.#log.top : Math.min(this.#at, this.#log.top);
  }

  /** Which of the log's stops is shown: the last one that is not after it; -1 where there is none. */
  get stop() {
    return this.#log.stops.findLastIndex((stop) => stop.seq <= this.seq);
  }

  get behind() {
    return this.#log.stops.length - 1 - this.stop;
  }

  /** Always show the latest ball. */
  follow() {
    this.#stand();
    this.following = true;
    this.#onChange();
  }

  pause() {
    this.#stand();
    this.#at = this.seq;
    this.following = false;
    this.#onChange();
  }

  /** Play from here; from the start where the end is shown. */
  play() {
    const last = this.#log.stops.length - 1;
    if (this.stop >= last) this.#at = this.#log.stops[0]?.seq ?? 0;
    else this.#at = this.seq;
    this.following = false;
    this.playing = true;
    this.#tick();
    this.#onChange();
  }

  /** Pause what moves, play what stands. A live match that is followed moves. */
  toggle(isLive) {
    if (this.playing || (this.following && isLive)) this.pause();
    else if (isLive && this.behind === 0) this.follow();
    else this.play();
  }

  /** Show the stop with this index; out of range means the nearest. */
  to(index) {
    const { stops } = this.#log;
    if (stops.length === 0) return;
    this.#stand();
    this.following = false;
    this.#at = stops[Math.max(0, Math.min(index, stops.length - 1))].seq;
    this.#onChange();
  }

  /** Show the stop that the event `seq` belongs to. */
  toSeq(seq) {
    const at = this.#log.stops.findIndex((stop) => stop.seq >= seq);
    if (at >= 0) this.to(at);
  }

  step(by) {
    this.to(this.stop + by);
  }

  /** To the next wicket (`by` 1) or the one before (-1); without one, stay. */
  toWicket(by) {
    const { stops } = this.#log;
    for (let at = this.stop + by; at >= 0 && at < stops.length; at += by) {
      if (stops[at].delivery?.data.wicket) {
        this.to(at);
        return;
      }
    }
  }

  /** To a ball that a link names; false where there is none. */
  toPlace(place) {
    const { stops } = this.#log;
    const balls = stops.filter((stop) => stop.delivery);
    const found = findPlace(balls.map((stop) => stop.place), place);
    if (found < 0) return false;
    this.to(stops.indexOf(balls[found]));
    return true;
  }

  setSpeed(speed) {
    this.speed = speed;
    if (this.playing) this.#tick();
    this.#onChange();
  }

  close() {
    clearTimeout(this.#timer);
  }

  #stand() {
    clearTimeout(this.#timer);
    this.playing = false;
  }

  #tick() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#advance(), BALL_MS / this.speed);
  }

  #advance() {
    const { stops } = this.#log;
    const next = this.stop + 1;
    if (next < stops.length) this.#at = stops[next].seq;
    if (next >= stops.length - 1) {
      this.follow(); // caught up: with a live match go on with it, else this is its end
      return;
    }
    this.#tick();
    this.#onChange();
  }
}
