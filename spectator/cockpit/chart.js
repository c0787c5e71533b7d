// Win probability through the match, as SVG.

import { svg } from "./dom.js";

const HEIGHT = 210;
const LEFT = 44;
const RIGHT = 10;
const TOP = 12;
const BOTTOM = 24;

/** Draw the frame's win probability into `node`; the home side is up. */
export function drawChance(node, frame) {
  const width = node.clientWidth || 640; // one unit a pixel: lines and letters keep their size
  node.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
  const scale = scaleOf(frame, width);
  const points = frame.win_probability.map((point) => ({
    x: scale.x(point.innings, point.balls),
    y: scale.y(point.home),
    wicket: point.wicket,
  }));
  node.replaceChildren(...grid(scale), ...curve(points, scale, frame.toss === null));
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
    width,
    starts,
    x: (innings, balls) => across((starts.get(innings) ?? 0) + balls),
    y: (home) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - home),
  };
}

function grid(scale) {
  const lines = [1, 0.75, 0.5, 0.25, 0].map((home) =>
    svg("line", {
      class: home === 0.5 ? "even" : "grid",
      x1: LEFT,
      x2: scale.width - RIGHT,
      y1: scale.y(home),
      y2: scale.y(home),
    }),
  );
  const labels = [
    [1, "100 %"],
    [0.5, "50 %"],
    [0, "0 %"],
  ].map(([home, text]) =>
    svg("text", { x: LEFT - 8, y: scale.y(home) + 4, "text-anchor": "end" }, text),
  );
  const splits = [...scale.starts.keys()].flatMap((innings) => [
    innings > 1 &&
      svg("line", {
        class: "split",
        x1: scale.x(innings, 0),
        x2: scale.x(innings, 0),
        y1: TOP,
        y2: HEIGHT - BOTTOM,
      }),
    innings < 4 &&
      svg(
        "text",
        { x: scale.x(innings, 0) + 4, y: HEIGHT - 7 },
        ["1st innings", "2nd innings", "super over"][innings - 1],
      ),
  ]);
  return [...lines, ...labels, ...splits.filter(Boolean)];
}

function curve(points, scale, inTheMiddle) {
  if (points.length === 0) return [];
  const start = inTheMiddle ? points[0] : { x: LEFT, y: scale.y(0.5) };
  const path = [start, ...points].map((p, i) => `${i ? "L" : "M"}${p.x.toFixed(1)} ${p.y.toFixed(1)}`);
  const last = points.at(-1);
  const base = scale.y(0.5).toFixed(1);
  return [
    svg("path", { class: "area", d: `${path.join("")}L${last.x.toFixed(1)} ${base}L${start.x.toFixed(1)} ${base}Z` }),
    svg("path", { class: "curve", d: path.join("") }),
    ...points
      .filter((p) => p.wicket)
      .map((p) => svg("circle", { class: "fall", cx: p.x.toFixed(1), cy: p.y.toFixed(1), r: 4.5 })),
    svg("circle", { class: "now", cx: last.x.toFixed(1), cy: last.y.toFixed(1), r: 6 }),
  ];
}
