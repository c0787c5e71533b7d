// The questions to one captain: asked for again and again by long poll, answered once each.

const WAIT_S = 25;
const FIRST_MS = 500;
const MOST_MS = 8_000;
const NO_TIME_MS = 1_500; // a question that goes away with less than this left has run out

/**
 * `state` is "connecting", "live", "reconnecting" or "refused"; `questions` are the open ones, oldest first, each with
 * `endsAt` by `performance.now()`, null where nobody waits. `fate` says what became of the last one: `{ kind, text }`.
 */
export class Desk {
  #api;
  #path;
  #onChange;
  #version = "none";
  #gone = new AbortController();
  #answered = new Set();
  #then = null; // a call to make when the same question is asked again
  #tries = 0;
  state = "connecting";
  questions = [];
  fate = null;
  sending = false;
  refusal = null; // why the bus did not take the last answer, and what is legal

  constructor(api, captain, onChange) {
    this.#api = api;
    this.#path = `/api/captains/${encodeURIComponent(captain)}/questions`;
    this.#onChange = onChange;
    this.#listen();
  }

  close() {
    this.#gone.abort();
  }

  get current() {
    return this.questions[0] ?? null;
  }

  /** `then` is made as well, once `call` has been taken: a field is set before the ball is bowled. */
  async answer(question, call, then = null) {
    if (this.sending) return;
    this.#be({ sending: true, refusal: null, fate: null });
    this.#then = then && { asked: numberOf(question), call: then };
    const path = `${this.#path}/${encodeURIComponent(question.id)}/answer`;
    const error = await this.#api.postJson(path, call).then(() => null, (refused) => refused);
    if (this.#gone.signal.aborted) return;
    if (error === null) {
      this.#answered.add(question.id);
      const left = this.questions.filter(({ id }) => id !== question.id);
      this.#be({ sending: false, questions: left, fate: this.#then ? null : { kind: "sent", text: sentText(question) } });
      this.#goOn(); // the next question may have come first
      return;
    }
    this.#then = null;
    const over = error.status === 409 || error.status === 404;
    if (over) this.#answered.add(question.id);
    this.#be({
      sending: false,
      questions: over ? this.questions.filter(({ id }) => id !== question.id) : this.questions,
      fate: over ? { kind: error.body?.error ?? "unknown", text: FATES[error.body?.error] ?? FATES.unknown_question } : null,
      refusal: over ? null : refusalOf(error),
    });
  }

  async #listen() {
    while (!this.#gone.signal.aborted) {
      try {
        const query = new URLSearchParams({ after: this.#version, wait_s: this.#version === "none" ? 0 : WAIT_S });
        const told = await this.#api.getJson(`${this.#path}?${query}`, this.#gone.signal);
        this.#tries = 0;
        this.#heard(told);
      } catch (error) {
        if (this.#gone.signal.aborted) return;
        if (error.status === 401) {
          this.#be({ state: "refused" });
          return;
        }
        this.#version = "none"; // a bus that was started again is asked afresh
        this.#be({ state: "reconnecting" });
        this.#tries += 1;
        await new Promise((resolve) => setTimeout(resolve, Math.min(MOST_MS, FIRST_MS * 2 ** this.#tries)));
      }
    }
  }

  #heard({ version, questions }) {
    this.#version = version;
    const now = performance.now();
    const open = questions
      .filter(({ id }) => !this.#answered.has(id))
      .map((question) => ({ ...question, endsAt: question.remaining_s === null ? null : now + 1000 * question.remaining_s }));
    const lost = this.questions.find(({ id }) => !questions.some((question) => question.id === id));
    this.#be({ state: "live", questions: open, fate: lost ? fateOf(lost, now) : this.fate, refusal: lost ? null : this.refusal });
    this.#goOn();
  }

  /** The second call of two, for the question that the first has led to. */
  #goOn() {
    const next = this.#then;
    const question = next && this.questions.find((each) => numberOf(each) === next.asked);
    if (!question || this.sending) return;
    this.#then = null;
    this.answer(question, next.call);
  }

  #be(changes) {
    Object.assign(this, changes);
    this.#onChange();
  }
}

const numberOf = ({ episode_id: episode, question }) => `${episode} ${question}`;

const FATES = {
  answered: "That one was answered already, in another tab perhaps.",
  timed_out: "The time was over: the default has decided.",
  withdrawn: "That question was taken back: the match goes on, or has ended, without it.",
  unknown_question: "The bus does not know that question any more.",
};

function fateOf({ endsAt }, now) {
  if (endsAt !== null && endsAt - now < NO_TIME_MS) return { kind: "timed_out", text: FATES.timed_out };
  return { kind: "answered", text: "That one was answered elsewhere, or the match has gone on without it." };
}

const sentText = ({ gone }) => (gone ? "You are back: the next question is yours." : "Sent.");

function refusalOf({ status, body }) {
  if (body?.error === "invalid_answer") return { field: body.field, why: body.why, legal: body.legal };
  const why = status === 0 ? "The bus cannot be reached; your choice is kept." : `The bus answered ${status}; your choice is kept.`;
  return { field: "", why, legal: null };
}
