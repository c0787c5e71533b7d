// How a line is put together sentence by sentence, and what the sides are called.

import { choose, filled } from "./words.js";

const BRIEF = 2;

export class Speaker {
  #said;
  #parts = [];
  #brief = [];

  constructor(templates, state, seq) {
    Object.assign(this, { templates, state, seq });
    this.#said = [...state.said];
  }

  say(group, name, words) {
    return this.sayOne(this.templates[group][name], words, name);
  }

  sayOne(choices, words, salt, before = "") {
    const found = choose(choices, this.#said, this.state.seed, this.seq, salt);
    if (found === undefined) return false;
    this.#said.push(found);
    this.add(filled(found, words), before, Object.hasOwn(this.templates.leads, salt));
    return true;
  }

  add(sentence, before = "", isLead = false) {
    this.#parts.push(before + sentence);
    if (isLead) return;
    this.#brief.push(before ? sentence.slice(0, 1).toUpperCase() + sentence.slice(1) : sentence);
  }

  told(weight, keep = true) {
    const brief = this.#brief.slice(0, BRIEF).join(" ");
    const line = { of: this.seq, text: this.#parts.join(" "), brief, weight };
    return { state: { ...this.state, said: keep ? this.#said : [] }, line };
  }
}

export const captain = (state, seat) => state.frame[seat]?.captain ?? seat;

/** A squad's name, in mid-sentence and as its first word. One that was drawn has none: its seat stands for it. */
export function squadWords(templates, state, seat, key = "squad") {
  const first = key.slice(0, 1).toUpperCase() + key.slice(1);
  const name = state.frame[seat]?.squad ?? seat;
  if (name !== seat) return { [key]: name, [first]: name };
  const said = templates.drawn[seat];
  return { [key]: said, [first]: said.slice(0, 1).toUpperCase() + said.slice(1) };
}
