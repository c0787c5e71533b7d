// Speaks the commentary: plays `audio` events in order, and drops what came too long ago.
//
//   const sound = createSound({ token, onChange });
//   sound.on(event);                    // every event of the commentary's stream
//   sound.enable(); sound.disable();    // a switch; enable() in the click, as browsers ask for one
//   sound.state;                        // { on, voice, saying, waiting, blocked, silent }
//
// An event without a url is for the browser's own voice, where it has one.

const STALE_MS = 10_000;
const MOST_WAITING = 3;
const SPEECH_MS_A_CHARACTER = 120; // some browsers never say that they have finished
const SPEECH_MS = 5_000;

/** `audio`, `speech`, `utterance` and `now` are the browser's; a test brings its own. */
export function createSound({
  token = null,
  onChange = () => {},
  audio = (url) => new Audio(url),
  speech = globalThis.speechSynthesis ?? null,
  utterance = (text) => new SpeechSynthesisUtterance(text),
  now = () => performance.now(),
} = {}) {
  return new Sound({ token, onChange, audio, speech, utterance, now });
}

class Sound {
  #with;
  #on = false;
  #waiting = [];
  #playing = null; // {data, stop}
  #voice = null;
  #blocked = false;
  #last = 0; // the number of the last event of the match that was said

  constructor(parts) {
    this.#with = parts;
  }

  /**
   * on: the switch; voice: whose the last line was; saying: the text being said; waiting: lines to come;
   * blocked: the browser wants a click first; silent: the run leaves it to a browser that has no voice.
   */
  get state() {
    const silent = this.#voice === "browser" && !this.#hasVoice();
    return {
      on: this.#on,
      voice: this.#voice,
      saying: this.#playing?.data.text ?? null,
      waiting: this.#waiting.length,
      blocked: this.#blocked,
      silent,
    };
  }

  on(event) {
    if (event.type !== "audio") return;
    this.#voice = event.data.voice;
    this.#waiting.push({ data: event.data, since: this.#with.now() });
    if (this.#waiting.length > MOST_WAITING) this.#catchUp();
    this.#next();
    this.#changed();
  }

  enable() {
    this.#on = true;
    this.#blocked = false;
    this.#next();
    this.#changed();
  }

  disable() {
    this.#on = false;
    this.clear();
  }

  /** Forget what waits and fall silent: another match, or a jump within one. */
  clear() {
    this.#waiting = [];
    this.#last = 0;
    this.#stop();
    this.#changed();
  }

  /** Too much has come: only the newest is said, and what is being said is broken off. */
  #catchUp() {
    this.#waiting = this.#waiting.slice(-1);
    this.#stop();
  }

  #stop() {
    const playing = this.#playing;
    this.#playing = null;
    playing?.stop();
  }

  #next() {
    if (!this.#on || this.#playing) return;
    const since = this.#with.now() - STALE_MS;
    this.#waiting = this.#waiting.filter((one) => one.since >= since && one.data.of > this.#last);
    const one = this.#waiting.shift();
    if (!one) return;
    this.#last = one.data.of;
    const playing = { data: one.data, stop: () => {} };
    this.#playing = playing;
    const done = () => this.#ended(playing);
    playing.stop = one.data.url === null ? this.#speak(one.data, done) : this.#play(one.data, done);
  }

  #ended(playing) {
    if (this.#playing !== playing) return;
    this.#playing = null;
    playing.stop();
    this.#next();
    this.#changed();
  }

  #play({ url }, done) {
    const { audio, token } = this.#with;
    const element = audio(token === null ? url : `${url}?token=${encodeURIComponent(token)}`);
    element.onended = done;
    element.onerror = done;
    element.play().catch((error) => {
      if (error.name === "NotAllowedError") this.#block();
      else done();
    });
    return () => {
      element.onended = element.onerror = null;
      element.pause();
    };
  }

  #speak({ text }, done) {
    const { speech, utterance } = this.#with;
    if (!this.#hasVoice()) {
      queueMicrotask(done);
      return () => {};
    }
    const said = utterance(text);
    said.lang = "en-GB";
    said.onend = done;
    said.onerror = done;
    const timer = setTimeout(done, SPEECH_MS + SPEECH_MS_A_CHARACTER * text.length);
    speech.speak(said);
    return () => {
      clearTimeout(timer);
      said.onend = said.onerror = null;
      speech.cancel();
    };
  }

  #hasVoice() {
    return this.#with.speech !== null && this.#with.speech.getVoices().length > 0;
  }

  /** The browser plays nothing before a click: the switch goes off and says so. */
  #block() {
    this.#blocked = true;
    this.disable();
  }

  #changed() {
    this.#with.onChange(this.state);
  }
}
