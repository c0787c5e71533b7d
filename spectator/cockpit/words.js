// Words for what a frame holds: overs, rates, decisions, the state of the match.

export const overs = (balls) => `${Math.floor(balls / 6)}.${balls % 6}`;
export const rate = (value) => (value === null ? "–" : value.toFixed(2));
export const percent = (share) => `${Math.round(share * 100)} %`;
export const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
export const plain = (text) => String(text).replaceAll("_", " ");

export const timeOfDay = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

/** The time of day, with the day where it is not today. */
export function when(at) {
  const day = new Date(at);
  if (day.toDateString() === new Date().toDateString()) return timeOfDay(at);
  return `${day.toLocaleDateString([], { day: "numeric", month: "short" })}, ${timeOfDay(at)}`;
}

export const captainOf = (frame, seat) => frame[seat]?.captain ?? seat;
export const otherSeat = (seat) => (seat === "home" ? "away" : "home");

/** What a captain decided, in a few words. */
export function choiceText(decision) {
  const choice = decision.choice;
  switch (decision.kind) {
    case "toss":
      return choice.elect === "bat" ? "Bats first" : "Fields first";
    case "batter":
      return `${choice.player} to come in`;
    case "bowler":
      return `${choice.player} to bowl`;
    case "delivery":
      return sentence([
        `${choice.length}, ${plain(choice.line)}`,
        choice.variation !== "stock" && plain(choice.variation),
        `${plain(choice.field)} field`,
      ]);
    case "shot":
      return sentence([
        plain(choice.shot),
        choice.aggression !== null &&
          choice.aggression !== undefined &&
          `aggression ${percent(choice.aggression)}`,
      ]);
    default:
      return sentence(Object.entries(choice).map(([key, value]) => `${plain(key)} ${plain(value)}`));
  }
}

function sentence(parts) {
  const text = parts.filter(Boolean).join(" · ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Where the match stands, in one line. */
export function situation(frame) {
  const innings = frame.innings.at(-1);
  if (frame.phase === "ended") return frame.result.text || "No result.";
  if (frame.home === null) return "";
  if (frame.phase === "waiting") return "The captains are at the toss.";
  if (!innings) return tossText(frame);
  if (frame.phase === "break") return breakText(frame, innings);
  if (innings.legal_balls === 0 && innings.this_over.length === 0) {
    return innings.target === null ? tossText(frame) : chaseText(frame, innings);
  }
  return innings.target === null ? firstText(innings) : chaseText(frame, innings);
}

/** The number, from 0, of the over in progress: a match may begin in the middle of an innings. */
export function overOf(innings) {
  const first = innings.this_over[0];
  return first ? Number(first.ball.split(".")[0]) : Math.floor(innings.legal_balls / 6);
}

/** Legal balls that the over in progress still has: a wide or a no-ball takes none of them. */
export const ballsLeft = (innings) => Math.max(0, 6 * (overOf(innings) + 1) - innings.legal_balls);

function tossText(frame) {
  if (frame.toss === null) return "The match begins here: there is no toss.";
  const elected = frame.toss.elected === "bat" ? "bat" : "field";
  return `${captainOf(frame, frame.toss.winner)} won the toss and chose to ${elected}.`;
}

function breakText(frame, innings) {
  if (innings.target !== null) return innings.runs === innings.target - 1 ? "Scores are level." : "Innings over.";
  const chasing = captainOf(frame, otherSeat(innings.batting));
  return `Innings break. ${chasing} needs ${innings.runs + 1} to win.`;
}

function firstText(innings) {
  const projected = Math.round(((innings.run_rate ?? 0) / 6) * innings.max_balls);
  return `Run rate ${rate(innings.run_rate)} · on course for ${projected}`;
}

function chaseText(frame, innings) {
  const left = innings.max_balls - innings.legal_balls;
  const who = captainOf(frame, innings.batting);
  if (innings.needed === 0) return `${who} has made it.`;
  const needed = `${who} needs ${plural(innings.needed, "run")} off ${plural(left, "ball")}`;
  return innings.required_rate === null
    ? needed
    : `${needed} · required rate ${rate(innings.required_rate)}`;
}

export const glyphText = {
  dot: "no run",
  run: "runs",
  four: "four",
  six: "six",
  wicket: "wicket",
  extra: "extra",
};

/** What an answer took: time, tokens, dollars; only what is known. */
export function spentText({ latency_ms: latency, rethinks, spent }) {
  return [
    latency !== null && `${(latency / 1000).toFixed(1)} s`,
    spent && `${(spent.tokens_in + spent.tokens_out).toLocaleString("en")} tokens`,
    spent && (spent.cost_usd === null ? "cost unknown" : dollars(spent.cost_usd)),
    rethinks > 0 && plural(rethinks, "rethink"),
  ]
    .filter(Boolean)
    .join(" · ");
}

const dollars = (usd) => `$${usd >= 1 ? usd.toFixed(2) : usd.toFixed(4)}`;

/** What a decision gave away against the best legal one; "" where nobody priced it. */
export function costText(cost) {
  if (cost === null || cost === undefined) return "";
  if (cost < 0.0005) return "the best call";
  return `gave away ${(100 * cost).toFixed(1)} points`;
}

/** How a batter stands in the book. */
export function howOut(batter, isIn) {
  if (batter.out === null) return isIn ? "not out" : "";
  return batter.bowler ? `${batter.out} b ${batter.bowler}` : batter.out;
}

/** After the second innings come super overs, two innings each. */
export function inningsName(innings) {
  if (innings <= 2) return ["1st innings", "2nd innings"][innings - 1];
  return innings <= 4 ? "super over" : `super over ${Math.ceil(innings / 2) - 1}`;
}

/** Why an episode counts for nobody, for those that do not. */
export const VOIDS = {
  step_limit: "It took far more questions than a match has, which is a bug to report.",
  transport: "A captain could not be reached.",
  environment_error: "Something broke on our side.",
  cancelled: "It was stopped from outside.",
  run_budget: "The run’s budget is spent.",
  bad_settings: "An endpoint does not accept a captain’s settings.",
};
