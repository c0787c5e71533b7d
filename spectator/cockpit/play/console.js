// One question and its answer: the choices, what else may be called, the button that sends.

import { html, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { Arguments, Cards, KEY_ROWS, focusCard, groupsOf } from "./choices.js";
import { Facts } from "./facts.js";

const NUDGE = 0.05;
const SENDS = { toss: "Decide", batter: "Send in", bowler: "Give the ball", shot: "Play the ball", delivery: "Bowl" };
const ASKS = { toss: "You won the toss", batter: "Who comes in?", bowler: "Who bowls this over?", shot: "The ball is coming", delivery: "Set the field and bowl" };
const AMONG_MORE = ["set_field", "analyze_situation", "plan_shot", "plan_delivery"]; // what has a place of its own, or none
const TYPING = "textarea, input[type=text], input[type=password], select, dialog[open]";

/** `kept` holds what was chosen last for each kind of question, so that it can be sent again. */
export function Console({ desk, question, kept, keysOn }) {
  const seen = question.observation;
  const offer = (name) => seen.available_tools.find((tool) => tool.name === name);
  const commit = seen.available_tools.find(({ commits }) => commits);
  const setField = offer("set_field") ?? null;
  const [chosen, setChosen] = useState(() => legalOnes(kept.current[question.asked] ?? {}, commit, setField, seen));
  const sending = useRef(false);
  sending.current = desk.sending;
  const change = (part) => {
    setChosen((before) => {
      const next = { ...before, ...part };
      kept.current[question.asked] = { ...next, reason: undefined };
      return next;
    });
  };
  const missing = commit.parameters.required.filter((name) => chosen[name] === undefined);
  const send = () => {
    if (sending.current || missing.length > 0) return;
    const call = { tool: commit.name, arguments: argumentsOf(commit, chosen) };
    const sets = setField && chosen.field !== undefined && chosen.field !== seen.field;
    if (sets) desk.answer(question, { tool: "set_field", arguments: { field: chosen.field } }, call);
    else desk.answer(question, call);
  };
  useKeys({ commit, setField, chosen, change, send, keysOn, analyse: offer("analyze_situation") && (() => desk.answer(question, { tool: "analyze_situation", arguments: {} })) });
  const submit = (event) => {
    event.preventDefault();
    send();
  };
  return html`
    <form class="card console" onSubmit=${submit} noValidate>
      <h2 id="asked">${ASKS[question.asked]}</h2>
      ${setField &&
      html`<${Cards}
        id="set-field"
        name="field"
        about=${setField.parameters.properties.field}
        value=${chosen.field ?? seen.field}
        required=${true}
        seen=${seen}
        row=${KEY_ROWS[0]}
        onChange=${(field) => change({ field })}
      />`}
      <${Arguments} offer=${commit} values=${chosen} seen=${seen} keysFrom=${setField ? 1 : 0} onChange=${change} wrong=${desk.refusal} />
      ${desk.refusal &&
      html`<p class="wrong" role="alert"><bdi>${desk.refusal.why}</bdi>${desk.refusal.legal && html`. Legal: <bdi>${desk.refusal.legal}</bdi>`}</p>`}
      <div class="send">
        <button type="submit" class="primary" disabled=${desk.sending || missing.length > 0}>${desk.sending ? "Sending …" : SENDS[question.asked]}</button>
        ${offer("analyze_situation") && html`<button type="button" disabled=${desk.sending} onClick=${() => desk.answer(question, { tool: "analyze_situation", arguments: {} })}>Analyse <kbd aria-hidden="true">?</kbd></button>`}
        <span class="quiet">${missing.length > 0 ? "Choose a card first." : keysOn ? "Enter sends." : ""}</span>
      </div>
    </form>
    <${Facts} reply=${seen.reply} />
    <${More} desk=${desk} question=${question} />
  `;
}

/** What was chosen before, as far as it may be chosen now. */
function legalOnes(before, commit, setField, seen) {
  const legal = {};
  for (const { name, options } of groupsOf(commit)) if (options.includes(before[name])) legal[name] = before[name];
  if (before.aggression !== undefined && commit.parameters.properties.aggression) legal.aggression = before.aggression;
  if (setField?.parameters.properties.field.enum.includes(before.field)) legal.field = before.field;
  else if (setField) legal.field = seen.field;
  return legal;
}

const argumentsOf = (offer, values) =>
  Object.fromEntries(Object.keys(offer.parameters.properties).map((name) => [name, values[name]]).filter(([, value]) => value !== undefined));

/** A row of keys a group of cards, arrows for the slider, Enter to send, ? to analyse. */
function useKeys({ commit, setField, chosen, change, send, keysOn, analyse }) {
  const now = useRef(null);
  now.current = (event) => {
    if (event.metaKey || event.ctrlKey || event.altKey || event.repeat || event.target.closest(".more")) return;
    if (event.key === "Enter") {
      if (event.target.closest("button, a, summary, textarea, select")) return;
      event.preventDefault();
      send();
      return;
    }
    if (!keysOn || event.target.closest(TYPING)) return;
    if (event.key === "?" && analyse) {
      event.preventDefault();
      analyse();
      return;
    }
    const groups = [...(setField ? groupsOf(setField) : []), ...groupsOf(commit)];
    groups.forEach(({ name, options }, index) => {
      const at = (KEY_ROWS[index] ?? "").indexOf(event.key.toLowerCase());
      if (at < 0 || at >= options.length) return;
      change({ [name]: options[at] });
      focusCard(name, options[at]);
    });
    if (commit.parameters.properties.aggression && (event.key === "+" || event.key === "-")) {
      const by = event.key === "+" ? NUDGE : -NUDGE;
      change({ aggression: Math.round(100 * Math.min(1, Math.max(0, (chosen.aggression ?? 0.5) + by))) / 100 });
    }
  };
  useLayoutEffect(() => {
    const press = (event) => now.current(event);
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}

/** Plans, strategies and notes: calls that decide nothing by themselves. */
function More({ desk, question }) {
  const seen = question.observation;
  const offers = seen.available_tools.filter(({ commits, name }) => !commits && !AMONG_MORE.includes(name));
  if (offers.length === 0) return null;
  const { remaining, fine_a_call: fine } = seen.tool_budget;
  return html`
    <details class="card more">
      <summary>Plans, strategy, notes</summary>
      <p class="quiet">${remaining > 0 ? `${remaining} such calls are free in this over` : "No such call is free any more in this over"}; each further one costs ${fine} of reward.</p>
      ${offers.map((offer) => html`<${Other} key=${offer.name} offer=${offer} desk=${desk} question=${question} />`)}
    </details>
  `;
}

function Other({ offer, desk, question }) {
  const [values, setValues] = useState({});
  const missing = offer.parameters.required.some((name) => values[name] === undefined);
  const submit = (event) => {
    event.preventDefault();
    if (!missing) desk.answer(question, { tool: offer.name, arguments: argumentsOf(offer, values) });
  };
  return html`
    <form class="other" onSubmit=${submit} noValidate>
      <h3>${offer.name.replaceAll("_", " ")}</h3>
      <p class="quiet">${offer.description}</p>
      <${Arguments} offer=${offer} values=${values} seen=${question.observation} onChange=${(part) => setValues({ ...values, ...part })} />
      <button type="submit" disabled=${missing || desk.sending}>Make this call</button>
    </form>
  `;
}

