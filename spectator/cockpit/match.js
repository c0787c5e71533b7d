// Draws a frame: scoreboard, players, overs, calls, commentary.

import { drawChance } from "./chart.js";
import { commentaryLine } from "./commentary.js";
import { byId, el, setText } from "./dom.js";
import { ballOf } from "./reducer.js";
import * as words from "./words.js";

const SHOWN_LINES = 36;

/** Show `frame`; `events` are those folded into it, `name` the stream, `title` what is being watched. */
export function drawMatch({ frame, events, templates, title }) {
  const innings = frame.innings.at(-1) ?? null;
  setText(byId("match-title"), title);
  setText(byId("match-format"), frame.format);
  byId("teams").replaceChildren(...teams(frame, innings));
  drawOver(innings);
  byId("batters").replaceChildren(...batters(innings));
  byId("bowlers").replaceChildren(...bowlers(innings));
  drawChance(byId("chance"), frame);
  drawChanceText(frame);
  byId("overs").replaceChildren(...orNone(pastOvers(frame), "No over is complete.", "p"));
  byId("calls").replaceChildren(
    ...orNone(frame.decisions.map((d) => call(frame, d)).reverse(), "No decision yet."),
  );
  drawWords(events, templates);
}

export function drawSituation(text) {
  setText(byId("situation"), text);
}

function orNone(items, text, tag = "li") {
  return items.length ? items : [el(tag, { class: "none" }, text)];
}

// --- scoreboard ---------------------------------------------------------------------------------

function teams(frame, innings) {
  const order = frame.innings.length ? battingOrder(frame) : ["home", "away"];
  return order.map((seat) => team(frame, seat, innings));
}

function battingOrder(frame) {
  const first = frame.innings[0].batting;
  return [first, words.otherSeat(first)];
}

function team(frame, seat, current) {
  const side = frame[seat];
  const played = frame.innings.filter((innings) => innings.batting === seat);
  const latest = played.at(-1) ?? null;
  const batting = current?.batting === seat && frame.phase !== "ended";
  const won = frame.result?.winner === seat;
  return el(
    "div",
    { class: `team${batting ? " batting" : ""}${won ? " won" : ""}` },
    el("span", { class: "bat", "aria-hidden": "true" }),
    el(
      "div",
      { class: "who" },
      el("p", { class: "captain" }, side?.captain ?? "–"),
      el("p", { class: "squad" }, side ? `${side.squad}${batting ? " · batting" : ""}` : "to be announced"),
    ),
    el(
      "div",
      { class: "score" },
      el("p", { class: "runs" }, latest ? `${latest.runs}/${latest.wickets}` : "–"),
      el("p", { class: "overs" }, latest ? oversText(played, latest) : "yet to bat"),
    ),
  );
}

function oversText(played, latest) {
  const text = `${latest.overs} of ${latest.max_balls / 6} overs`;
  if (latest.innings <= 2) return text;
  return `super over · ${played[0].runs}/${played[0].wickets} before`;
}

function drawOver(innings) {
  const past = innings?.past_overs.at(-1);
  const fresh = innings !== null && (innings.this_over.length > 0 || !past);
  const balls = innings === null ? [] : fresh ? innings.this_over : past.balls;
  const number = innings === null ? 0 : fresh ? words.overOf(innings) : past.over;
  const bowler = innings === null ? "" : fresh ? (innings.bowler ?? "") : past.bowler;
  setText(byId("over-title"), bowler ? `Over ${number + 1} · ${bowler}` : "This over");
  setText(byId("over-sum"), innings && !fresh ? `${words.plural(past.runs, "run")}` : "");
  const spare = Math.max(0, 6 - balls.length);
  byId("over").replaceChildren(
    ...balls.map(ballItem),
    ...Array.from({ length: spare }, () => el("li", { class: "ball empty", "aria-hidden": "true" })),
  );
}

function ballItem(ball) {
  const label = `${ball.ball}: ${words.glyphText[ball.kind]} ${ball.glyph}`;
  return el("li", { class: `ball ${ball.kind}`, title: label }, ball.glyph);
}

// --- figures ------------------------------------------------------------------------------------

function batters(innings) {
  const rows = innings?.batters ?? [];
  if (!rows.length) return [el("tr", {}, el("td", { colspan: 6, class: "none" }, "Nobody is in."))];
  const isIn = (b) => b.name === innings.striker || b.name === innings.non_striker;
  const ordered = [...rows.filter(isIn), ...rows.filter((b) => !isIn(b)).reverse()];
  return ordered.map((b) => {
    const strike = b.balls ? ((100 * b.runs) / b.balls).toFixed(0) : "–";
    const how = b.out ? (b.bowler ? `${b.out}, b ${b.bowler}` : b.out) : "";
    const kind = `${isIn(b) ? "on" : ""}${b.name === innings.striker ? " faces" : ""}${b.out ? " out" : ""}`;
    return el(
      "tr",
      { class: kind },
      el("td", {}, b.name, how && el("span", { class: "how" }, how)),
      el("td", { class: "main" }, String(b.runs)),
      ...[b.balls, b.fours, b.sixes, strike].map((value) => el("td", {}, String(value))),
    );
  });
}

function bowlers(innings) {
  const rows = innings?.bowlers ?? [];
  if (!rows.length) return [el("tr", {}, el("td", { colspan: 6, class: "none" }, "Nobody has bowled."))];
  const ordered = [
    ...rows.filter((b) => b.name === innings.bowler),
    ...rows.filter((b) => b.name !== innings.bowler).reverse(),
  ];
  return ordered.map((b) => {
    const economy = b.balls ? ((6 * b.runs) / b.balls).toFixed(1) : "–";
    const figures = [words.overs(b.balls), b.maidens, b.runs];
    return el(
      "tr",
      { class: b.name === innings.bowler ? "on" : null },
      el("td", {}, b.name),
      ...figures.map((value) => el("td", {}, String(value))),
      el("td", { class: "main" }, String(b.wickets)),
      el("td", {}, economy),
    );
  });
}

function drawChanceText(frame) {
  const now = frame.win_probability.at(-1);
  if (!now) {
    byId("chance-now").replaceChildren();
    setText(byId("chance-text"), "No ball has been bowled.");
    return;
  }
  const [home, away] = ["home", "away"].map((seat) => words.captainOf(frame, seat));
  byId("chance-now").replaceChildren(
    el("span", { class: "h" }, `${home} ${words.percent(now.home)}`),
    " · ",
    el("span", { class: "a" }, `${away} ${words.percent(1 - now.home)}`),
  );
  const luck = 100 * frame.luck;
  const favoured = luck >= 0 ? home : away;
  setText(
    byId("chance-text"),
    `The line is ${home}’s chance after each ball; dots are wickets. ` +
      `Luck so far: ${Math.abs(luck).toFixed(0)} points for ${favoured}.`,
  );
}

// --- lists --------------------------------------------------------------------------------------

function pastOvers(frame) {
  const played = frame.innings.filter((innings) => innings.past_overs.length);
  return played.reverse().map((innings) => {
    const name = innings.innings > 2 ? "super over" : `innings ${innings.innings}`;
    return el(
      "section",
      {},
      el("h4", {}, `${words.captainOf(frame, innings.batting)}, ${name}`),
      el("ol", {}, ...[...innings.past_overs].reverse().map(pastOver)),
    );
  });
}

function pastOver(over) {
  return el(
    "li",
    {},
    el("span", { class: "no" }, String(over.over + 1)),
    el(
      "div",
      {},
      el("span", { class: "mini" }, ...over.balls.map((b) => el("span", { class: `ball ${b.kind}` }, b.glyph))),
      el("span", { class: "by" }, over.bowler),
    ),
    el("span", { class: "sum" }, over.score, el("span", { class: "by" }, words.plural(over.runs, "run"))),
  );
}

function call(frame, decision) {
  const took = decision.latency_ms === null ? "" : ` · ${(decision.latency_ms / 1000).toFixed(1)} s`;
  const again = decision.rethinks ? ` · ${words.plural(decision.rethinks, "rethink")}` : "";
  return el(
    "li",
    {},
    el("span", { class: "at" }, decision.ball),
    el(
      "div",
      {},
      el("p", { class: "what" }, words.choiceText(decision)),
      el(
        "p",
        { class: "by" },
        el("span", { class: decision.seat }, decision.captain),
        " ",
        el("span", { class: `source ${decision.source}` }, decision.source),
        took + again,
      ),
      decision.reason && el("p", { class: "reason" }, decision.reason),
    ),
  );
}

function drawWords(events, templates) {
  const balls = events.filter((event) => event.type === "delivery").slice(-SHOWN_LINES).reverse();
  const lines = balls.map((event) => ({ event, text: commentaryLine(templates, event) }));
  setText(byId("line"), lines[0]?.text ?? "");
  byId("words").replaceChildren(
    ...orNone(
      lines.map(({ event, text }) => said(event.data, text)),
      "The first ball is still to come.",
    ),
  );
}

function said(data, text) {
  const ball = ballOf(data);
  return el(
    "li",
    { class: ball.kind },
    el("span", { class: "at" }, data.ball),
    el("span", { class: `ball ${ball.kind}` }, ball.glyph),
    el("p", { class: "said" }, text),
  );
}
