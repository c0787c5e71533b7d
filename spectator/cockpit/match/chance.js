// Win probability through the match, as SVG; the home side is up.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import * as words from "../words.js";

const HEIGHT = 210;
const LEFT = 44;
const RIGHT = 10;
const TOP = 12;
const BOTTOM = 24;
const LABELS = [
  [1, "100 %"],
  [0.5, "50 %"],
  [0, "0 %"],
];

export function Chance({ frame }) {
  const now = frame.win_probability.at(-1);
  const [home, away] = ["home", "away"].map((seat) => words.captainOf(frame, seat));
  return html`
    <section class="card chance" aria-labelledby="chance-title">
      <div class="card-head">
        <h2 id="chance-title">Win probability</h2>
        <p id="chance-now" class="chance-now">
          ${now &&
          html`<bdi class="h">${home} ${words.percent(now.home)}</bdi> ·${" "}
            <bdi class="a">${away} ${words.percent(1 - now.home)}</bdi>`}
        </p>
      </div>
      <figure>
        <${Curve} frame=${frame} />
        <figcaption id="chance-text" class="quiet">
          ${now
            ? html`The line is <bdi>${home}</bdi>’s chance after each ball; dots are wickets. Luck: ${words.luckText(frame)}`
            : "No ball has been bowled."}
        </figcaption>
      </figure>
    </section>
  `;
}

function Curve({ frame }) {
  const node = useRef(null);
  const [width, setWidth] = useState(640);
  useEffect(() => {
    const watcher = new ResizeObserver(([{ contentRect }]) => setWidth(Math.max(200, contentRect.width)));
    watcher.observe(node.current);
    return () => watcher.disconnect();
  }, []);
  const scale = scaleOf(frame, width);
  return html`
    <svg ref=${node} id="chance" role="img" aria-labelledby="chance-text" viewBox=${`0 0 ${width} ${HEIGHT}`}>
      ${[1, 0.75, 0.5, 0.25, 0].map(
        (home) => html`
          <line class=${home === 0.5 ? "even" : "grid"} x1=${LEFT} x2=${width - RIGHT} y1=${scale.y(home)} y2=${scale.y(home)} />
        `,
      )}
      ${LABELS.map(
        ([home, text]) => html`<text x=${LEFT - 8} y=${scale.y(home) + 4} text-anchor="end">${text}</text>`,
      )}
      ${[...scale.starts.keys()].map((innings) => html`<${Split} innings=${innings} x=${scale.x(innings, 0)} />`)}
      <${Line} frame=${frame} scale=${scale} />
    </svg>
  `;
}

function scaleOf(frame, width) {
  const starts = new Map();
  let end = 0;
  for (const innings of frame.innings) {
    starts.set(innings.innings, end);
    end += innings.complete ? innings.legal_balls : innings.max_balls;
  }
  if (frame.innings.length < 2) end += frame.max_overs * 6;
  const span = Math.max(1, end);
  const across = (balls) => LEFT + ((width - LEFT - RIGHT) * balls) / span;
  return {
    starts,
    x: (innings, balls) => across((starts.get(innings) ?? 0) + balls),
    y: (home) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - home),
  };
}

function Split({ innings, x }) {
  return html`
    ${innings > 1 && html`<line class="split" x1=${x} x2=${x} y1=${TOP} y2=${HEIGHT - BOTTOM} />`}
    ${innings < 4 && html`<text x=${x + 4} y=${HEIGHT - 7}>${words.inningsName(innings)}</text>`}
  `;
}

function Line({ frame, scale }) {
  const points = frame.win_probability.map((point) => ({
    x: scale.x(point.innings, point.balls),
    y: scale.y(point.home),
    wicket: point.wicket,
  }));
  if (points.length === 0) return null;
  const start = frame.toss === null ? points[0] : { x: LEFT, y: scale.y(0.5) };
  const path = [start, ...points].map((p, i) => `${i ? "L" : "M"}${p.x.toFixed(1)} ${p.y.toFixed(1)}`).join("");
  const last = points.at(-1);
  const base = scale.y(0.5).toFixed(1);
  return html`
    <path class="area" d=${`${path}L${last.x.toFixed(1)} ${base}L${start.x.toFixed(1)} ${base}Z`} />
    <path class="curve" d=${path} />
    ${points
      .filter((p) => p.wicket)
      .map((p) => html`<circle class="fall" cx=${p.x.toFixed(1)} cy=${p.y.toFixed(1)} r="4.5" />`)}
    <circle class="now" cx=${last.x.toFixed(1)} cy=${last.y.toFixed(1)} r="6" />
  `;
}
