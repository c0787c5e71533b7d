// Names and numbers as the figures say them.

export const otherSeat = (seat) => (seat === "home" ? "away" : "home");
export const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
export const percent = (share) => `${Math.round(100 * share)} %`;
export const overs = (balls) => `${Math.floor(balls / 6)}.${balls % 6}`;
export const plain = (key) => String(key).replaceAll("_", " ");

const LONGEST_NAME = 28; // the scoreboard has the whole of it

/** The captain in that seat; a captain who plays himself is told apart by the seat. */
export function nameOf(frame, seat) {
  const name = frame[seat]?.captain ?? seat;
  const letters = [...name];
  const short = letters.length > LONGEST_NAME ? `${letters.slice(0, LONGEST_NAME - 1).join("").trimEnd()}…` : name;
  return name === frame[otherSeat(seat)]?.captain ? `${short} (${seat})` : short;
}

/** A share of the win probability in points, with its sign: `+3.2`, `−0.4`, `0.0`. */
export function points(share, digits = 1) {
  const size = Math.abs(100 * share).toFixed(digits);
  if (Number(size) === 0) return size;
  return `${share > 0 ? "+" : "−"}${size}`;
}

/** Innings 1 and 2 are the match, 3 and 4 a super over, 5 and 6 the next one. */
export const pairOf = (innings) => Math.ceil(innings / 2);

export function pairName(pair) {
  if (pair === 1) return "Match";
  return pair === 2 ? "Super over" : `Super over ${pair - 1}`;
}

export function inningsName(innings) {
  if (innings > 2) return pairName(pairOf(innings)).toLowerCase();
  return innings === 1 ? "1st innings" : "2nd innings";
}
