// What is chosen on the start page: the request as it is sent, and the form that changes it.

import { html } from "../vendor/preact.js";
import { plain } from "../words.js";

const DICE_SIDES = 1_000_000;
const PERSON = "\u0000person"; // no preset's name
const PACES = [0.2, 0.5, 1, 2, 4, 8];
const SPOKEN_PACE = 0.2; // a line takes some seconds to say
export const FIRST = {
  captain: { name: "heuristic", person: "", deadline_s: 60 },
  opponent: { name: "baseline", person: "", deadline_s: 60 },
  length: "T5",
  overs: 5,
  pack: "standard",
  entry: "",
  seed: "",
  squads: "drawn",
  super_over: false,
  voice: "none",
  featured: true,
  balls_per_s: 2,
};

const side = ({ name, person, deadline_s }) =>
  name === PERSON ? { person: person.trim(), deadline_s: Number(deadline_s) } : name;

/** The body of the request. What is left to the pack or to chance is left out. */
export function requestOf(chosen, options, queue) {
  const pack = options.packs.find(({ name }) => name === chosen.pack);
  const length = pack?.overs ? {} : chosen.length === "" ? { overs: numberIn(chosen.overs) } : { format: chosen.length };
  return {
    captain: side(chosen.captain),
    opponent: side(chosen.opponent),
    ...length,
    pack: chosen.pack,
    ...(chosen.entry === "" ? {} : { entry: chosen.entry }),
    ...(String(chosen.seed).trim() === "" ? {} : { seed: numberIn(chosen.seed) }),
    squads: chosen.squads,
    super_over: chosen.super_over,
    voice: chosen.featured ? chosen.voice : "none",
    featured: chosen.featured,
    balls_per_s: chosen.balls_per_s,
    queue,
  };
}

/** As a number where it is one; else as it is, so that the bus reads digits that no number here can hold, or says what is allowed. */
function numberIn(given) {
  const text = String(given).trim();
  const isOne = /^-?\d+(\.\d+)?$/.test(text) && Math.abs(Number(text)) <= Number.MAX_SAFE_INTEGER;
  return isOne ? Number(text) : text;
}

/** `problems` by field, as the bus has told them; `onChange` takes the fields that change. */
export function Form({ chosen, options, problems, onChange, onSubmit, children }) {
  const pack = options.packs.find(({ name }) => name === chosen.pack) ?? null;
  const submit = (event) => {
    event.preventDefault();
    onSubmit();
  };
  return html`
    <form class="start-form" noValidate onSubmit=${submit}>
      <section class="card sides" aria-labelledby="sides-title">
        <h2 id="sides-title">Captains</h2>
        ${["captain", "opponent"].map(
          (field) => html`<${Side} key=${field} field=${field} chosen=${chosen[field]} ...${{ options, problems, onChange }} />`,
        )}
      </section>
      <section class="card" aria-labelledby="match-title">
        <h2 id="match-title">Match</h2>
        <${Pack} ...${{ chosen, pack, options, problems, onChange }} />
        <${Length} ...${{ chosen, pack, options, problems, onChange }} />
        <div class="fields">
          <${Choose} field="squads" label="Teams" value=${chosen.squads} choices=${options.squads} ...${{ problems, onChange }} />
          <${Seed} ...${{ chosen, options, problems, onChange }} />
        </div>
        <${Check} field="super_over" label="Super over when it is level" ...${{ chosen, onChange }} />
      </section>
      <section class="card" aria-labelledby="show-title">
        <h2 id="show-title">Show</h2>
        <${Check} field="featured" label="On the front page, one match at a time" ...${{ chosen, onChange }} />
        <div class="fields">
          <${Pace} ...${{ chosen, problems, onChange }} />
          <${Choose} field="voice" label="Voice" value=${chosen.featured ? chosen.voice : "none"} choices=${options.voices} off=${!chosen.featured && "Only a match on the front page is told aloud."} problems=${problems} onChange=${(part) => onChange(atItsPace(part, chosen))} />
        </div>
      </section>
      ${children}
    </form>
  `;
}

/** A match that is told aloud waits for its lines, unless another pace is chosen afterwards. */
const atItsPace = (part, before) => (before.voice === "none" && part.voice !== "none" ? { ...part, balls_per_s: SPOKEN_PACE } : part);

// --- fields -------------------------------------------------------------------------------------

/** A labelled control with what is wrong with it. `control` takes what it must say of that. */
function Field({ field, label, problems, hint, children: control }) {
  const id = `start-${field.replace(".", "-")}`;
  const wrong = problems[field];
  const said = [hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(" ") || null;
  return html`
    <div class="field" data-field=${field}>
      <label for=${id}>${label}</label>
      ${control({ id, "aria-describedby": said, "aria-invalid": wrong ? "true" : null })}
      ${hint && html`<p id=${`${id}-hint`} class="hint">${hint}</p>`}
      ${wrong && html`<p id=${`${id}-wrong`} class="wrong">${wrongText(wrong)}</p>`}
    </div>
  `;
}

function wrongText({ why, allowed }) {
  return html`<bdi>${why}</bdi>${allowed && html`. Allowed: <bdi>${allowed}</bdi>`}`;
}

/** One of several; those that cannot be had here say what they lack. `off` says why none can be chosen now. */
function Choose({ field, label, value, choices, problems, onChange, name = field, hint = true, off = "" }) {
  const now = choices.find((choice) => choice.name === value);
  return html`
    <${Field} field=${field} label=${label} problems=${problems} hint=${hint && (off || now?.about)}>
      ${(said) => html`
        <select ...${said} disabled=${Boolean(off)} onChange=${(event) => onChange({ [name]: event.target.value })}>
          ${choices.map((choice) => html`<option value=${choice.name} selected=${choice.name === value} disabled=${Boolean(choice.why_not)}>${plain(choice.label ?? choice.name)}</option>`)}
        </select>
      `}
    <//>
  `;
}

function Check({ field, label, chosen, onChange }) {
  return html`
    <label class="check">
      <input type="checkbox" name=${field} checked=${chosen[field]} onChange=${(event) => onChange({ [field]: event.target.checked })} />
      ${label}
    </label>
  `;
}

/** Who leads a side: a preset, or a person with a name and a clock. */
function Side({ field, chosen, options, problems, onChange }) {
  const change = (part) => onChange({ [field]: { ...chosen, ...part } });
  const choices = [...options.captains, { name: PERSON, label: "A person …" }];
  const title = field === "captain" ? "Captain, at home" : "Opponent, away";
  const preset = options.captains.find(({ name }) => name === chosen.name);
  return html`
    <div class="side" data-seat=${field === "captain" ? "home" : "away"}>
      <${Choose}
        field=${field}
        label=${title}
        value=${chosen.name}
        choices=${choices}
        problems=${problems}
        hint=${false}
        onChange=${(part) => change({ name: part[field] })}
      />
      ${preset && html`<p class="hint">${kindText(preset)}</p>`}
      ${chosen.name === PERSON &&
      html`
        <div class="fields">
          <${Field} field=${`${field}.person`} label="Name" problems=${problems}>
            ${(said) => html`<input type="text" ...${said} maxlength="40" autocomplete="off" value=${chosen.person} onInput=${(event) => change({ person: event.target.value })} />`}
          <//>
          <${Field} field=${`${field}.deadline_s`} label="Seconds an answer" problems=${problems}>
            ${(said) => html`<input type="number" ...${said} min="5" max="600" step="5" value=${chosen.deadline_s} onInput=${(event) => change({ deadline_s: event.target.value })} />`}
          <//>
        </div>
      `}
    </div>
  `;
}

const KINDS = {
  heuristic: "Rules of thumb.",
  baseline: "The average of what real captains did.",
  empirical: "Draws from what real captains did.",
  optimal: "The best answer to the average captain.",
  random: "Anything legal.",
  llm: "A language model.",
};
const kindText = ({ about }) => KINDS[about] ?? `Kind ${about}.`;

function Pack({ chosen, pack, options, problems, onChange }) {
  const entries = [{ name: "", label: "by the seed" }, ...(pack?.entries ?? [])];
  return html`
    <div class="fields">
      <${Choose} field="pack" label="Begins" value=${chosen.pack} choices=${options.packs} problems=${problems} onChange=${(part) => onChange({ ...part, entry: "" })} />
      ${pack?.entries.length > 1 &&
      html`<${Choose} field="entry" label="Situation" value=${chosen.entry} choices=${entries} ...${{ problems, onChange }} />`}
    </div>
  `;
}

/** A format, or any number of overs; a pack of situations has its own length. */
function Length({ chosen, pack, options, problems, onChange }) {
  if (pack?.overs) return html`<p class="hint">The situations of this pack are of ${pack.overs} overs an innings.</p>`;
  const formats = [...options.formats.map(({ name, overs }) => [name, `${overs} overs`]), ["", "any overs"]];
  const wrong = problems.format;
  return html`
    <fieldset class="lengths" data-field="format">
      <legend>Length</legend>
      <div class="segments">
        ${formats.map(
          ([name, about]) => html`
            <label class="segment">
              <input type="radio" name="length" value=${name} checked=${chosen.length === name} onChange=${() => onChange({ length: name })} />
              <span><b>${name || "Other"}</b> <small>${about}</small></span>
            </label>
          `,
        )}
      </div>
      ${wrong && html`<p class="wrong">${wrongText(wrong)}</p>`}
    </fieldset>
    ${chosen.length === "" &&
    html`
      <${Field} field="overs" label="Overs an innings" problems=${problems} hint=${`1 to ${options.most_overs}`}>
        ${(said) => html`<input type="number" ...${said} min="1" max=${options.most_overs} value=${chosen.overs} onInput=${(event) => onChange({ overs: event.target.value })} />`}
      <//>
    `}
  `;
}

function Seed({ chosen, problems, onChange }) {
  const roll = () => onChange({ seed: String(Math.floor(Math.random() * DICE_SIDES)) });
  return html`
    <${Field} field="seed" label="Seed" problems=${problems} hint="The same seed gives the same match; empty: one is drawn.">
      ${(said) => html`
        <div class="with-button">
          <input type="text" inputmode="numeric" ...${said} maxlength="19" autocomplete="off" placeholder="drawn" value=${chosen.seed} onInput=${(event) => onChange({ seed: event.target.value })} />
          <button type="button" class="dice" aria-label="Roll a seed" title="Roll a seed" onClick=${roll}>
            <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
              <rect x="3" y="3" width="18" height="18" rx="4" />
              ${[[8, 8], [16, 8], [12, 12], [8, 16], [16, 16]].map(([cx, cy]) => html`<circle cx=${cx} cy=${cy} r="1.6" />`)}
            </svg>
          </button>
        </div>
      `}
    <//>
  `;
}

function Pace({ chosen, problems, onChange }) {
  return html`
    <${Field} field="balls_per_s" label="Pace" problems=${problems}>
      ${(said) => html`
        <select ...${said} disabled=${!chosen.featured} onChange=${(event) => onChange({ balls_per_s: Number(event.target.value) })}>
          ${PACES.map((pace) => html`<option value=${pace} selected=${pace === chosen.balls_per_s}>${paceText(pace)}</option>`)}
        </select>
      `}
    <//>
  `;
}

const paceText = (pace) => (pace < 1 ? `a ball in ${1 / pace} s` : pace === 1 ? "a ball a second" : `${pace} balls a second`);
