// Templates of the commentary: how one is chosen and filled, words for numbers, what a ball's event alone tells.

import { NOT_OUT, extrasOf } from "../reducer.js";

export const BALLS_PER_OVER = 6;

export function filled(template, words) {
  return template.replace(/\{([A-Za-z_]+)\}/g, (_, name) => {
    if (Object.hasOwn(words, name)) return words[name];
    const plain = words[name[0].toLowerCase() + name.slice(1)];
    return plain.slice(0, 1).toUpperCase() + plain.slice(1);
  });
}

export function choose(choices, said, seed, seq, salt) {
  const start = mixed(seed, seq, salt) % choices.length;
  const turned = [...choices.slice(start), ...choices.slice(0, start)];
  return turned.find((choice) => !said.includes(choice));
}

function mixed(seed, seq, salt) {
  const codes = [...salt].map((letter) => letter.codePointAt(0));
  let hash = 2166136261;
  for (const number of [seed % 2 ** 32, Math.floor(seed / 2 ** 32) % 2 ** 32, seq, ...codes]) {
    hash = Math.imul(hash ^ number, 16777619) >>> 0;
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b) >>> 0;
  return (hash ^ (hash >>> 13)) >>> 0;
}

const nounOf = (templates, count, noun) => templates.nouns[noun][count === 1 ? 0 : 1];
export const number = (templates, count) => templates.numbers[count] ?? String(count);
export const counted = (templates, count, noun) => `${count} ${nounOf(templates, count, noun)}`;
export const spelled = (templates, count, noun) =>
  `${number(templates, count)} ${nounOf(templates, count, noun)}`;
export const scoreText = ({ runs, wickets }) =>
  wickets ? `${runs} for ${wickets}` : `${runs} without loss`;

export function oversText(templates, balls) {
  const whole = Math.floor(balls / BALLS_PER_OVER);
  const rest = balls % BALLS_PER_OVER;
  return rest ? `${whole}.${rest} overs` : counted(templates, whole, "over");
}

export function anOver(runs, balls) {
  const hundredths = Math.floor((runs * BALLS_PER_OVER * 200 + balls) / (2 * balls));
  return `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, "0")}`;
}

export function kindOf(templates, data) {
  if (data.wicket) {
    return Object.hasOwn(templates.said, data.wicket.kind) ? data.wicket.kind : "wicket";
  }
  const extras = extrasOf(data.outcome);
  const hit = data.boundary && (data.bat === 4 || data.bat === 6);
  if (extras.has("nb")) {
    if (hit) return data.bat === 4 ? "nb_four" : "nb_six";
    return data.bat + data.extras > 1 ? "nb_more" : "nb";
  }
  for (const name of ["wd", "pen", "b", "lb"]) {
    if (!extras.has(name)) continue;
    if (name === "wd" && !data.boundary && extras.get(name) > 1) return "wd_more";
    return data.boundary ? `${name}_four` : name;
  }
  if (hit) return data.bat === 4 ? "four" : "six";
  return { 0: "dot", 1: "one", 2: "two" }[data.bat] ?? "runs";
}

export function weightOf(data) {
  if (fell(data)) return "wicket";
  return data.boundary ? "boundary" : "ball";
}

export function saidChoices(templates, data) {
  const kind = kindOf(templates, data);
  return [...templates.said[kind], ...(templates.shots[kind]?.[data.shot] ?? [])];
}

export function ballWords(templates, data) {
  const runs = data.bat + data.extras;
  return {
    striker: data.striker,
    non_striker: data.non_striker,
    bowler: data.bowler,
    out: data.wicket?.player_out ?? "",
    kind: data.wicket?.kind ?? "",
    end: data.wicket ? (data.wicket.end ?? "wicket") : "",
    delivery: deliveryText(templates.deliveries, data),
    bat: number(templates, data.bat),
    bat_runs: spelled(templates, data.bat, "run"),
    runs: number(templates, runs),
    runs_of: spelled(templates, runs, "run"),
    score: scoreText(data.score),
  };
}

function deliveryText(known, data) {
  const what = known.lengths[data.length]?.[data.variation] ?? known.other;
  const where = known.lines[data.line];
  return where ? `${what} ${where}` : what;
}

export const fell = (data) => data.wicket !== null && !NOT_OUT.has(data.wicket.kind);
export const isLegal = (data) => !extrasOf(data.outcome).has("wd") && !extrasOf(data.outcome).has("nb");
