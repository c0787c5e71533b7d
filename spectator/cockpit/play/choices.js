// What may be chosen, drawn from the tools' schemas as the bus offers them: cards, a slider, words.

import { html } from "../vendor/preact.js";
import { percent, plain } from "../words.js";

export const KEY_ROWS = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"];
const LABELS = {
  elect: "You won the toss",
  player: "Who",
  shot: "Shot",
  aggression: "Aggression",
  field: "Field",
  length: "Length",
  line: "Line",
  variation: "Variation",
  intent: "Intent",
  summary: "The plan",
  batting: "Batting",
  bowling: "Bowling",
  note: "Note",
  reason: "Why, for who watches",
  rationale: "Why",
};
const HINTS = {
  bat: "set a total",
  on_merit: "each ball as it comes",
  defend: "keep it out",
  rotate: "singles, gaps",
  drive: "through the front",
  cut: "square on the off side",
  pull: "to the leg side",
  sweep: "low, to the leg side",
  loft: "over the top",
  yorker: "at the feet",
  full: "up to the bat",
  good: "on the spot",
  short: "into the pitch",
};

// Skills are log-odds, from -0.6 to 0.6 (docs/squads.md).
const SKILLS = {
  batting: "Scoring: how fast he makes runs. Survival: how hard he is to get out. Both against the average player of his place in the order",
  bowling: "Economy: how few runs he gives away. Strike: how readily he takes wickets. Both against the average bowler",
};

/** The groups of cards of a tool, in the order of its schema: `{ name, options, description }`. */
export const groupsOf = (offer) =>
  Object.entries(offer.parameters.properties)
    .filter(([, about]) => about.enum)
    .map(([name, about]) => ({ name, options: about.enum, description: about.description, required: offer.parameters.required.includes(name) }));

/** Whoever chose by key stands at that card, as if by a press. */
export const focusCard = (name, option) =>
  document.querySelector(`.console [data-argument="${name}"] input[value="${CSS.escape(option)}"]`)?.focus({ preventScroll: true });

/** Every argument of a tool. `keysFrom` is the first row of keys that its cards answer to; null for none. */
export function Arguments({ offer, values, seen, keysFrom = null, onChange, wrong }) {
  const groups = groupsOf(offer);
  return Object.entries(offer.parameters.properties).map(([name, about]) => {
    const key = groups.findIndex((group) => group.name === name);
    const row = keysFrom === null || key < 0 ? "" : (KEY_ROWS[keysFrom + key] ?? "");
    const given = { key: name, id: `${offer.name}-${name}`, name, about, value: values[name], onChange: (value) => onChange({ [name]: value }) };
    const required = offer.parameters.required.includes(name);
    if (about.enum) return html`<${Cards} ...${given} ...${{ required, seen, row }} wrong=${wrong?.field === `arguments.${name}`} />`;
    if (about.type === "number") return html`<${Slider} ...${given} required=${required} />`;
    return html`<${Words} ...${given} required=${required} />`;
  });
}

/** One of several; where none has to be given, the first card leaves it as it is. */
export function Cards({ id, name, about, value, required, seen, row, onChange, wrong, usual = "As planned, or usual" }) {
  const hints = { ...HINTS, ...hintsIn(about.description) };
  const options = required ? about.enum : [undefined, ...about.enum];
  return html`
    <fieldset class="cards" data-argument=${name} aria-invalid=${wrong ? "true" : null}>
      <legend>${LABELS[name] ?? plain(name)}</legend>
      ${name === "player" && html`<p class="hint">${SKILLS[seen.game?.i_am] ?? SKILLS.batting}: 0 is average, +0.60 the best there is, −0.60 the worst.</p>`}
      <div class=${name === "player" ? "deck people" : "deck"}>
        ${options.map((option, index) => {
          const at = required ? index : index - 1;
          return html`
            <label class="pick" key=${option ?? ""}>
              <input type="radio" name=${id} value=${option ?? ""} checked=${value === option} onChange=${() => onChange(option)} />
              <span class="face">
                <span class="what">${option === undefined ? usual : html`<bdi>${plain(option)}</bdi>`}${row[at] && html`<kbd aria-hidden="true">${row[at]}</kbd>`}</span>
                ${name === "player" ? html`<${Figures} player=${option} seen=${seen} />` : hints[option] && html`<small>${hints[option]}</small>`}
              </span>
            </label>
          `;
        })}
      </div>
    </fieldset>
  `;
}

/** `slips: catchers in; ring: saves the single` says what each of them means. */
function hintsIn(description = "") {
  const parts = description.split(";").map((part) => /^\s*(\w+): (.*?)\.?\s*$/.exec(part));
  return Object.fromEntries(parts.filter(Boolean).map(([, name, text]) => [name, text]));
}

/** What is known of a player whom the bus offers by name. */
function Figures({ player, seen }) {
  const card = seen.my_squad.find(({ name }) => name === player);
  const bowler = seen.game?.i_am === "bowling" ? seen.bowlers.find(({ name }) => name === player) : null;
  if (bowler) {
    return html`
      <small>${plain(bowler.bowls)}</small>
      <small class="numbers">${bowler.wickets}/${bowler.runs} in ${bowler.overs} · <b>${bowler.overs_left}</b> left</small>
      <small class="numbers">${skill("economy", card?.economy)} · ${skill("strike", card?.strike)}</small>
    `;
  }
  return html`
    <small>${plain(card?.role ?? "")}, ${card?.bats ?? ""}-hander</small>
    <small class="numbers">${skill("scoring", card?.scoring)} · ${skill("survival", card?.survival)}</small>
  `;
}

/** A skill in signs: against the average player of his place. */
function skill(name, value = 0) {
  const size = Math.abs(value) < 0.05 ? "average" : `${value > 0 ? "+" : "−"}${Math.abs(value).toFixed(2)}`;
  return html`<span class="skill">${name} ${size}</span>`;
}

const STEP = 0.05;

function Slider({ id, name, about, value, required, onChange }) {
  const given = value !== undefined;
  const none = required ? "not chosen yet" : "as declared, or usual";
  const shown = given ? value : 0.5;
  return html`
    <div class="slide" data-argument=${name}>
      <label for=${id}>${LABELS[name] ?? plain(name)}: <output for=${id}>${given ? `${percent(value)}, ${wordFor(value)}` : none}</output></label>
      <input
        id=${id}
        type="range"
        min=${about.minimum}
        max=${about.maximum}
        step=${STEP}
        value=${shown}
        data-given=${String(given)}
        aria-valuetext=${given ? `${percent(value)}, ${wordFor(value)}` : none}
        onInput=${(event) => onChange(Number(event.target.value))}
      />
      <p class="ends" aria-hidden="true"><span>blocks</span><span>all-out</span></p>
      ${!required && html`<button type="button" class="plain" disabled=${!given} onClick=${() => onChange(undefined)}>As declared</button>`}
    </div>
  `;
}

export const wordFor = (value) => ["blocks", "careful", "busy", "positive", "attacking", "all-out"][Math.min(5, Math.floor(value * 6))];

function Words({ id, name, about, value, required, onChange }) {
  return html`
    <div class="field say" data-argument=${name}>
      <label for=${id}>${LABELS[name] ?? plain(name)}${required ? "" : html` <span class="quiet">(may be left out)</span>`}</label>
      <textarea id=${id} rows="1" maxlength=${about.maxLength ?? 500} value=${value ?? ""} onInput=${(event) => onChange(event.target.value || undefined)}></textarea>
    </div>
  `;
}
