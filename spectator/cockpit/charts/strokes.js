// Where a ball is drawn to have pitched and gone. The engine knows the shot, the length, the line and what came of it, but no
// direction: a sector is taken from the shot, a distance from the runs, and the rest from the event's number, so that the
// same ball is always drawn alike. Places as in places.js, for a right-hander.

import { fell } from "./derive.js";
import { BOUNDARY, HALF_PITCH } from "./places.js";
import { extrasOf } from "../reducer.js";

const STRIKER = { x: 0, y: -HALF_PITCH + 1.2 };
// Degrees from straight down the ground, off side negative: the middle of the sector, and half its width.
const SECTORS = {
  defend: [-8, 40], drive: [-42, 30], cut: [-97, 22], pull: [88, 34], sweep: [112, 28], loft: [14, 48],
}; // prettier-ignore
const BY_LINE = { wide_off: -72, off: -38, stumps: 22, leg: 74 };
const BY_LENGTH = { yorker: 0.55, full: 0.8, good: 1, short: 1.25 };
const METRES = { 0: [9, 22], 1: [26, 44], 2: [42, 57], 3: [55, 62], 5: [55, 62] };
const SIX = [70, 74];

/** A number 0 … 1 that depends on `seq` and `salt` alone. */
export function dice(seq, salt) {
  let mixed = Math.imul(seq ^ (salt * 0x9e3779b1), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}

const between = ([low, high], share) => low + (high - low) * share;

/**
 * `{kind, to, runs}` of a delivery's event: `kind` is `run`, `four`, `six`, `caught`, `wicket` (at the stumps), `extra` or
 * `none`; `to` where the ball is drawn to have gone, null where it went nowhere. `fielders` catch.
 */
export function strokeOf({ seq, data }, fielders) {
  const extras = extrasOf(data.outcome);
  const kind = kindOf(data, extras);
  if (kind === "wicket" || kind === "none") return { kind, runs: 0, to: null };
  if (kind === "extra") return { kind, runs: data.extras, to: behind(seq, data) };
  const angle = angleOf(seq, data);
  if (kind === "caught") return { kind, runs: 0, to: catcher(data, angle, fielders) };
  return { kind, runs: data.bat, to: along(angle, metres(seq, kind, data)) };
}

function kindOf(data, extras) {
  const out = fell(data) ? data.wicket.kind : null;
  if (out === "caught" || out === "caught and bowled") return "caught";
  if (out && out !== "run out") return "wicket";
  if (data.boundary && data.bat === 4) return "four";
  if (data.boundary && data.bat === 6) return "six";
  if (data.bat > 0 || (extras.size === 0 && data.shot)) return "run";
  return extras.has("b") || extras.has("lb") || extras.get("wd") > 1 ? "extra" : "none";
}

function angleOf(seq, { shot, line, length }) {
  const [middle, half] = SECTORS[shot] ?? [BY_LINE[line] * BY_LENGTH[length], shot === "rotate" ? 80 : 65];
  return middle + half * (dice(seq, 1) + dice(seq, 2) - 1); // more often near the middle
}

function metres(seq, kind, data) {
  if (kind === "four") return BOUNDARY;
  return between(kind === "six" ? SIX : METRES[Math.min(data.bat, 3)], dice(seq, 3));
}

/** The place `far` metres from the middle of the ground on the way from the striker. */
function along(angle, far) {
  const turn = (angle * Math.PI) / 180;
  const [dx, dy] = [Math.sin(turn), Math.cos(turn)];
  if (far < 30) return { x: STRIKER.x + dx * far, y: STRIKER.y + dy * far };
  const b = STRIKER.y * dy; // the ray from the striker meets the circle of radius `far`
  const length = -b + Math.sqrt(b * b - STRIKER.y ** 2 + far ** 2);
  return { x: STRIKER.x + dx * length, y: STRIKER.y + dy * length };
}

/** Byes, leg-byes and wides that ran go past the keeper. */
function behind(seq, data) {
  const far = data.boundary ? BOUNDARY : between([32, 50], dice(seq, 3));
  return along(180 + 32 * (2 * dice(seq, 1) - 1), far);
}

/** Who stands nearest to where the ball went; the bowler himself where it says so. */
function catcher(data, angle, fielders) {
  const named = (name) => fielders.find((each) => each.name === name);
  if (data.wicket.kind === "caught and bowled") return named("bowler");
  const turn = (angle * Math.PI) / 180;
  const off = (each) => {
    const way = Math.atan2(each.x - STRIKER.x, each.y - STRIKER.y) - turn;
    return Math.abs(Math.atan2(Math.sin(way), Math.cos(way)));
  };
  const candidates = fielders.filter((each) => each.name !== "bowler");
  return candidates.reduce((best, each) => (off(each) < off(best) ? each : best));
}

export const strikerAt = () => STRIKER;
