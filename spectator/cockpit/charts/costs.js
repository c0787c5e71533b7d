// What the captains' decisions have cost so far, by kind of decision, one captain to each side.

import { html } from "../vendor/preact.js";
import { KINDS, costsOf } from "./book.js";
import { Figure, Plot } from "./figure.js";
import { BOLD, fit } from "./letters.js";
import { nameOf, plural } from "./say.js";
import { Across, Upright, Word, num } from "./shapes.js";

const EM_ROW = 3;
const LEAST = 0.01;
const NOTE =
  "Win probability given away against the best legal choice, on what the captain knew, in points. No luck is in it; the " +
  "smaller, the better.";
const WORDS = { toss: "toss", batter: "next batter", bowler: "bowler", delivery: "delivery and field", shot: "shot", all: "in all" };

export function Costs({ frame, events }) {
  const costs = costsOf(events);
  const late = events.length > 0 && events[0].seq > 1;
  return html`<${Figure}
    kind="costs" title="What decisions cost" table=${() => tableOf(frame, costs)}
    note=${`${late ? "Only the decisions that are here: earlier ones are on their way. " : ""}${NOTE}`}
  >
    <${Plot} text=${inWords(frame, costs)} height=${({ unit }) => (EM_ROW * 6 + 2.6) * unit} draw=${(box) => drawing(frame, costs, box)} />
  </${Figure}>`;
}

function drawing(frame, costs, { width, unit }) {
  const widest = Math.max(LEAST, ...["home", "away"].flatMap((seat) => KINDS.map((kind) => costs[seat][kind].total)));
  const plan = { width, unit, middle: width / 2, widest, room: width / 2 - 4.2 * unit };
  const name = (seat) => fit(nameOf(frame, seat), width / 2 - unit, unit, BOLD);
  return html`
    <${Word} kind="side home" x=${0} y=${1.2 * unit}>${name("home")}<//>
    <${Word} kind="side away" x=${width} y=${1.2 * unit} anchor="end">${name("away")}<//>
    ${KINDS.map((kind, i) => html`<${Row} kind=${kind} costs=${costs} plan=${plan} top=${(2.2 + EM_ROW * i) * unit} />`)}
    <${Across} kind="rule" y=${(2.3 + EM_ROW * 5) * unit} from=${0} to=${width} />
    <${Total} costs=${costs} plan=${plan} top=${(2.6 + EM_ROW * 5) * unit} />
  `;
}

function Row({ kind, costs, plan, top }) {
  const { unit, middle } = plan;
  return html`<g>
    <${Word} kind="quiet" x=${middle} y=${top + 1.05 * unit} anchor="middle">${WORDS[kind]}<//>
    <${Upright} kind="axis" x=${middle} from=${top + 1.35 * unit} to=${top + 2.65 * unit} />
    <${Bar} sums=${costs.home[kind]} seat="home" plan=${plan} y=${top + 1.5 * unit} />
    <${Bar} sums=${costs.away[kind]} seat="away" plan=${plan} y=${top + 1.5 * unit} />
  </g>`;
}

function Bar({ sums, seat, plan, y }) {
  const { unit, middle, widest, room } = plan;
  const away = seat === "away";
  const width = (room * sums.total) / widest;
  const end = middle + (away ? width + 0.5 * unit : -width - 0.5 * unit);
  return html`
    <rect class=${`cost ${seat}`} x=${num(away ? middle : middle - width)} y=${num(y)} width=${num(width)} height=${num(unit)} />
    <${Word} kind="strong" x=${end} y=${y + 0.88 * unit} anchor=${away ? "start" : "end"}>${given(sums)}<//>
  `;
}

function Total({ costs, plan, top }) {
  const { unit, middle, width } = plan;
  const told = (seat) => `${given(costs[seat].all)} · ${plural(costs[seat].all.decisions, "decision")}`;
  const wide = width > 26 * unit;
  return html`
    <${Word} kind="quiet" x=${middle} y=${top + 1.4 * unit} anchor="middle">${WORDS.all}<//>
    <${Word} kind="total home" x=${0} y=${top + 1.5 * unit}>${wide ? told("home") : given(costs.home.all)}<//>
    <${Word} kind="total away" x=${width} y=${top + 1.5 * unit} anchor="end">${wide ? told("away") : given(costs.away.all)}<//>
  `;
}

const given = ({ priced, total }) => (priced === 0 ? "–" : (100 * total).toFixed(1));

function inWords(frame, costs) {
  const told = ["home", "away"].map((seat) => {
    const kinds = KINDS.filter((kind) => costs[seat][kind].priced).map((kind) => `${WORDS[kind]} ${given(costs[seat][kind])}`);
    const { all } = costs[seat];
    const sum = all.priced ? `${given(all)} points (${kinds.join(", ")})` : "not priced";
    return `${nameOf(frame, seat)} ${sum}, ${plural(all.decisions, "decision")}`;
  });
  return `Win probability given away by decisions so far. ${told.join("; ")}.`;
}

function tableOf(frame, costs) {
  const cells = (seat, kind) => [costs[seat][kind].decisions, given(costs[seat][kind])];
  const [home, away] = ["home", "away"].map((seat) => nameOf(frame, seat));
  return {
    head: ["Kind", `${home}: decisions`, `${home}: points`, `${away}: decisions`, `${away}: points`],
    rows: [...KINDS, "all"].map((kind) => [WORDS[kind], ...cells("home", kind), ...cells("away", kind)]),
  };
}
