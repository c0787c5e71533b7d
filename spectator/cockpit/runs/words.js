// Words and numbers of a tournament.

const LONG_AGO_S = 60;
const LATE_MS = 5_000; // a table comes a second at most, and is on its way for a while

export const number = (value) => value.toLocaleString("en");
export const signed = (value, digits) =>
  `${value > 0 ? "+" : value < 0 ? "−" : ""}${Math.abs(value).toFixed(digits)}`;

/** A score between 0 and 1, or a little outside: luck taken out may leave any number. */
export const score = (value) => (value < 0 ? `−${(-value).toFixed(2)}` : value.toFixed(2));

/** `0.62 (0.55 to 0.69)`; without an interval where there is none. */
export function estimate({ mean, low, high }) {
  return low === null ? score(mean) : `${score(mean)} (${score(low)} to ${score(high)})`;
}

/** A length of time in its two largest units. */
export function duration(seconds) {
  const units = [
    ["d", 86_400],
    ["h", 3_600],
    ["min", 60],
    ["s", 1],
  ];
  const rounded = Math.max(1, Math.round(seconds));
  const first = units.findIndex(([, size]) => rounded >= size);
  const [name, size] = units[first];
  const rest = units[first + 1];
  const left = rest && rest[0] !== "s" ? Math.floor((rounded % size) / rest[1]) : 0;
  return `${Math.floor(rounded / size)} ${name}${left ? ` ${left} ${rest[0]}` : ""}`;
}

/** How long the rest will take, as it was thought at `heardAt`; a match that takes longer than its like is not known. */
export function timeLeft(seconds, heardAt, now) {
  if (seconds === null) return "not known yet";
  const over = now - Date.parse(heardAt) > 1_000 * seconds + LATE_MS;
  return over ? "not known: what is being played takes longer" : `about ${duration(seconds)}`;
}

/** So many in a second, said by the second, the minute or the hour. */
export function pace(perSecond) {
  if (perSecond >= 1) return `${perSecond.toFixed(perSecond < 10 ? 1 : 0)} a second`;
  if (perSecond * 60 >= 1) return `${Math.round(perSecond * 60)} a minute`;
  return `${Math.max(1, Math.round(perSecond * 3_600))} an hour`;
}

const dollars = (usd) => `$${usd === 0 || usd >= 1 ? usd.toFixed(2) : usd.toFixed(4)}`;

/** What a run has cost, as far as anybody knows; "" where nothing was asked of anybody who costs. */
export function cost({ tokens, calls, usd, usd_priced: priced, unpriced_calls: unpriced }) {
  if (calls === 0) return "";
  const known = usd ?? priced;
  const parts = [`${number(calls)} calls`, `${number(tokens)} tokens`, known !== null && dollars(known)];
  if (unpriced > 0) parts.push(known === null ? "cost unknown" : `and ${number(unpriced)} calls of unknown cost`);
  return parts.filter(Boolean).join(" · ");
}

/** What the rest will cost at the same rate; "" where nobody can tell. */
export function costLeft({ usd, usd_priced: priced, left_usd: left }, { counted, open }) {
  if (left && open) return `about ${dollars(left)} more`;
  const known = usd ?? priced;
  return known && counted && open ? `about ${dollars((known * open) / counted)} more` : "";
}

/** How long ago a run was heard of, where that is long. */
export function silence(heardAt, now) {
  if (!heardAt) return "";
  const seconds = (now - Date.parse(heardAt)) / 1_000;
  return seconds < LONG_AGO_S ? "" : `No news for ${duration(seconds)}`;
}

export const clock = (ts) =>
  new Date(ts).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });

export const KINDS = {
  round_robin: "Round robin",
  gauntlet: "Gauntlet",
  knockout: "Knockout",
  swiss: "Swiss",
  league_playoffs: "League and play-offs",
  groups: "Groups and knockout",
  ladder: "Ladder",
};

/** Matches won, a tie a half: `3½`. */
export function halves(value) {
  const whole = Math.floor(value);
  return `${whole > 0 || value === 0 ? whole : ""}${value === whole ? "" : "½"}`;
}

/** The addresses of a run's matches. */
export function matchesPath(stream, filters = {}) {
  const query = new URLSearchParams({ run: runId(stream) });
  for (const captain of filters.captains ?? []) query.append("captain", captain);
  for (const name of ["state", "result"]) if (filters[name]) query.set(name, filters[name]);
  return `/matches?${query}`;
}

/** The run's id: `stream` is `run:<id>/<start>`. */
export const runId = (stream) => stream.replace(/^run:/, "").replace(/\/[0-9]+$/, "");
