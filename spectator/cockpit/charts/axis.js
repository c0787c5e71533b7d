// The x axis of the figures that run through a match: a panel an innings, and a scale for the balls in it.

import { html } from "../vendor/preact.js";
import { BOLD, fit, widthOf } from "./letters.js";
import { inningsName, nameOf, otherSeat } from "./say.js";
import { Box, Upright, Word } from "./shapes.js";

const LEAST_SHARE = 0.19; // a super over has six balls: it is drawn wider than that
const STEPS = [1, 2, 5, 10, 25];

/** Panels `{innings, batting, from, to, x0, x1}` between `left` and `right`; balls `from` … `to`. */
export function panelsOf(frame, story, { left, right, gap }) {
  const played = story.innings
    .filter((innings) => innings.steps.length || !innings.complete)
    .map((innings) => ({
      innings: innings.innings,
      batting: innings.batting,
      from: innings.start.balls,
      to: innings.complete ? innings.legal_balls : innings.max_balls,
    }));
  const panels = [...played, ...toCome(frame, story)];
  const lengths = panels.map((panel) => Math.max(1, panel.to - panel.from));
  const least = LEAST_SHARE * Math.max(...lengths, 0);
  const shares = lengths.map((length) => Math.max(length, least));
  const room = right - left - gap * (panels.length - 1);
  const whole = shares.reduce((sum, share) => sum + share, 0);
  let x = left;
  return panels.map((panel, i) => {
    const x0 = x;
    const x1 = x0 + (room * shares[i]) / whole;
    x = x1 + gap;
    return { ...panel, x0, x1 };
  });
}

/** The innings that answers the last one, where it is sure to come or may come. */
function toCome(frame, story) {
  const last = story.innings.at(-1);
  if (!last) return [{ innings: 1, batting: null, from: 0, to: frame.max_overs * 6 }];
  if (frame.phase === "ended" || last.innings % 2 === 0) return [];
  const balls = last.innings > 2 ? 6 : frame.max_overs * 6;
  return [{ innings: last.innings + 1, batting: otherSeat(last.batting), from: 0, to: balls }];
}

export function xOf(panels, innings, balls) {
  const panel = panels.find((each) => each.innings === innings) ?? panels[0];
  return panel.x0 + ((panel.x1 - panel.x0) * (balls - panel.from)) / Math.max(1, panel.to - panel.from);
}

/** Over numbers to write below `width` pixels for balls `from` … `to`. */
export function overTicks(from, to, width, unit) {
  const pixels = width / Math.max(1, (to - from) / 6);
  const step = STEPS.find((each) => each * pixels >= 2.6 * unit) ?? 50;
  const ticks = [];
  for (let over = Math.ceil(from / 6); over * 6 <= to; over += 1) {
    if (over % step === 0 && over > 0) ticks.push(over);
  }
  return ticks;
}

/** As much of which innings it is, and whose, as there is room for. */
function labelOf(frame, { innings, batting }, width, unit) {
  const name = inningsName(innings);
  const who = batting ? `: ${nameOf(frame, batting)}` : "";
  const short = innings > 2 ? name : name.replace(" innings", "") + who;
  return widthOf(name + who, unit, BOLD) <= width ? name + who : fit(short, width, unit, BOLD);
}

/** The panels' backs, over numbers and names; `top` and `base` are the plot's. */
export function Panels({ frame, panels, top, base, unit }) {
  return panels.map((panel) => {
    const width = panel.x1 - panel.x0;
    return html`<g>
      <${Box} kind="panel" x0=${panel.x0} x1=${panel.x1} y0=${top} y1=${base} />
      ${overTicks(panel.from, panel.to, width, unit).map((over) => {
        const x = panel.x0 + (width * (over * 6 - panel.from)) / Math.max(1, panel.to - panel.from);
        return html`<${Upright} kind="tick" x=${x} from=${base} to=${base + 0.35 * unit} />
          <${Word} kind="quiet" x=${x} y=${base + 1.4 * unit} anchor="middle">${over}<//>`;
      })}
      <${Word} kind="strong" x=${panel.x0} y=${base + 2.9 * unit}>${labelOf(frame, panel, width, unit)}<//>
    </g>`;
  });
}
