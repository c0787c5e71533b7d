// Reads `{events, cut}` a line, `cut` how many of the first events a late joiner lacks; writes what the figures derive.
import { createInterface } from "node:readline";

import { costsOf, extrasByKind, fallOf, partnershipsOf } from "./cockpit/charts/book.js";
import * as derive from "./cockpit/charts/derive.js";
import { bowlerAt, fieldersOf, isInside, keeperAt } from "./cockpit/charts/places.js";
import { strokeOf } from "./cockpit/charts/strokes.js";
import { EMPTY, fold } from "./cockpit/reducer.js";

const FIELDS = ["slips", "ring", "standard", "off_side", "leg_trap", "spread"];

function derived({ events, cut }) {
  const frame = events.reduce(fold, EMPTY);
  const known = events.slice(cut);
  const story = derive.storyOf(frame, known);
  return {
    frame,
    steps: story.steps,
    missing: story.missing,
    turns: derive.turningPoints(story.steps),
    luck: derive.luckOf(frame, known),
    costs: costsOf(known),
    innings: story.innings.map((innings) => ({
      start: innings.start,
      overs: derive.oversOf(innings),
      progress: derive.progressOf(innings),
      partnerships: partnershipsOf(innings),
      fall: fallOf(innings),
      extras: extrasByKind(innings),
    })),
    strokes: known.filter((event) => event.type === "delivery").map(strokeAt),
  };
}

function strokeAt(event) {
  const { kind, to } = strokeOf(event, [...fieldersOf(event.data.field, 5), keeperAt(true), bowlerAt()]);
  return { kind, to, outcome: event.data.outcome };
}

function rules() {
  const overs = Array.from({ length: 50 }, (_, i) => i + 1);
  return {
    powerplays: overs.map((max) => derive.powerplayBalls(max)),
    outside: overs.map((max) => Array.from({ length: max * 6 }, (_, balls) => derive.outsideAllowed(max, 1, balls))),
    super_over: derive.outsideAllowed(20, 3, 0),
    fields: FIELDS.flatMap((field) =>
      [2, 4, 5].map((allowed) => {
        const fielders = fieldersOf(field, allowed).map((each) => ({ ...each, inside: isInside(each) }));
        return { field, allowed, fielders };
      }),
    ),
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  const answer = asked === "rules" ? rules() : asked.steps ? derive.turningPoints(asked.steps) : derived(asked);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
