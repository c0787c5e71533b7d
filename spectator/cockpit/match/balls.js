// Events gathered by the ball that they belong to.

/**
 * `[{ delivery, calls }]`: every delivery with the decisions that led to it. Decisions that no ball has followed yet
 * stand in a last entry whose `delivery` is null.
 */
export function ballsOf(events) {
  const balls = [];
  let calls = [];
  for (const event of events) {
    if (event.type === "decision") calls.push(event);
    if (event.type === "delivery") {
      balls.push({ delivery: event, calls });
      calls = [];
    }
  }
  return calls.length ? [...balls, { delivery: null, calls }] : balls;
}
