// Places in a match: `12.3` of the first innings, `2/12.3` of another, `12.3~1` its first wide or no-ball.

import { extrasOf } from "./reducer.js";

/** `{ innings, ball, spare }` of an address's hash, or null. `innings` null: whichever has the ball. */
export function parsePlace(hash) {
  const found = /^#?(?:(\d{1,2})\/)?(\d{1,2}\.\d)(?:~(\d{1,2}))?$/.exec(hash);
  if (!found) return null;
  const [, innings, ball, spare] = found;
  return { innings: innings ? Number(innings) : null, ball, spare: Number(spare ?? 0) };
}

export function formatPlace({ innings, ball, spare }) {
  return `${innings > 1 ? `${innings}/` : ""}${ball}${spare ? `~${spare}` : ""}`;
}

/** The places of `deliveries`, in order: an over's wides and no-balls share the number of the ball to come. */
export function placesOf(deliveries) {
  const spares = new Map();
  return deliveries.map(({ data }) => {
    const key = `${data.innings}/${data.ball}`;
    const count = (spares.get(key) ?? 0) + 1;
    const extras = extrasOf(data.outcome);
    const legal = !extras.has("wd") && !extras.has("nb");
    if (!legal) spares.set(key, count);
    return { innings: data.innings, ball: data.ball, spare: legal ? 0 : count };
  });
}

/** The index of `place` among `places`, or -1; without innings, the first one that has such a ball. */
export function findPlace(places, { innings, ball, spare }) {
  const fits = (place) => place.ball === ball && (innings === null || place.innings === innings);
  const exact = places.findIndex((place) => fits(place) && place.spare === spare);
  return exact >= 0 ? exact : places.findIndex(fits);
}
