// The partnerships of an innings: what each of the two made of it.

import { html } from "../vendor/preact.js";
import { partnershipsOf } from "./book.js";
import { storyOf } from "./derive.js";
import { Empty, Figure, Plot } from "./figure.js";
import { useInnings } from "./pairs.js";
import { fit } from "./letters.js";
import { inningsName, nameOf, plural } from "./say.js";
import { Word, num } from "./shapes.js";

const EM_ROW = 3.1;
const LEAST_ROWS = 5;

export function Partnerships({ frame, events }) {
  const story = storyOf(frame, events);
  const label = (each) => (each.innings > 2 ? `${inningsName(each.innings)}, ${nameOf(frame, each.batting)}` : nameOf(frame, each.batting));
  const { innings, choice } = useInnings(story, label);
  const pairs = innings ? partnershipsOf(innings) : [];
  const rows = Math.max(LEAST_ROWS, pairs.length);
  return html`<${Figure}
    kind="partnerships" title="Partnerships"
    aside=${choice}
    note=${noteOf(innings, pairs)} table=${() => tableOf(pairs)}
  >
    ${pairs.length === 0 && html`<${Empty}>The first ball is still to come.</${Empty}>`}
    <${Plot}
      text=${inWords(frame, innings, pairs)} height=${({ unit }) => EM_ROW * rows * unit}
      draw=${(box) => drawing(innings, pairs, box)}
    />
  </${Figure}>`;
}

function drawing(innings, pairs, { width, unit }) {
  const most = Math.max(12, ...pairs.flatMap((pair) => pair.batters.map((batter) => batter.runs)));
  return pairs.map((pair, i) => html`<${Row} pair=${pair} side=${innings.batting} top=${i * EM_ROW * unit} ...${{ width, unit, most }} />`);
}

function Row({ pair, side, top, width, unit, most }) {
  const middle = width / 2;
  const room = middle - 3.4 * unit;
  const [text, bar] = [top + 1.15 * unit, top + 1.6 * unit];
  const [left, right] = pair.batters.map((batter) => (room * batter.runs) / most);
  const name = (batter) => fit(`${batter.name}${pair.out === batter.name || !pair.unbroken ? "" : " *"}`, room - 2.2 * unit, unit);
  const [first, second] = pair.batters;
  return html`<g class=${`pair ${pair.unbroken ? "unbroken" : ""}`}>
    <${Word} kind=${pair.out === first.name ? "quiet" : ""} x=${0} y=${text}>${name(first)}<//>
    <${Word} kind=${pair.out === second.name ? "quiet" : ""} x=${width} y=${text} anchor="end">${name(second)}<//>
    <${Word} kind="strong" x=${middle - 3.2 * unit} y=${text} anchor="end">${first.runs}<//>
    <${Word} kind="strong" x=${middle + 3.2 * unit} y=${text}>${second.runs}<//>
    <${Word} kind="sum" x=${middle} y=${text + 0.1 * unit} anchor="middle">${pair.runs}<//>
    <${Word} kind="quiet" x=${middle} y=${bar + 0.95 * unit} anchor="middle">${pair.balls}<//>
    <rect class=${`cost ${side}`} x=${num(middle - 1.4 * unit - left)} y=${num(bar)} width=${num(left)} height=${0.7 * unit} />
    <rect class=${`cost ${side}`} x=${num(middle + 1.4 * unit)} y=${num(bar)} width=${num(right)} height=${0.7 * unit} />
  </g>`;
}

function noteOf(innings, pairs) {
  const begun = pairs.length && !pairs[0].whole ? "The first is counted from where the match begins or is known. " : "";
  return (
    `${begun}In the middle the runs of the partnership, extras among them, and the balls faced; beside it what each batter ` +
    "made. * not out."
  );
}

function inWords(frame, innings, pairs) {
  if (pairs.length === 0) return "Partnerships. No ball has been bowled.";
  const best = pairs.reduce((most, pair) => (pair.runs > most.runs ? pair : most));
  const now = pairs.at(-1);
  const names = (pair) => pair.batters.map((batter) => batter.name).join(" and ");
  const open = now.unbroken ? ` ${names(now)} have ${plural(now.runs, "run")} together so far.` : "";
  return (
    `Partnerships of ${nameOf(frame, innings.batting)}: ${pairs.length}. The largest is ${plural(best.runs, "run")} off ` +
    `${plural(best.balls, "ball")} by ${names(best)}.${open}`
  );
}

function tableOf(pairs) {
  return {
    head: ["Wicket", "Batters", "Runs", "Balls", "Extras", "Ended by"],
    rows: pairs.map((pair) => [
      pair.wicket, pair.batters.map((batter) => `${batter.name} ${batter.runs} (${batter.balls})`).join(", "),
      pair.runs, pair.balls, pair.extras, pair.out ?? "unbroken",
    ]), // prettier-ignore
  };
}
