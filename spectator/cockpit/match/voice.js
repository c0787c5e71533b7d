// The switch for sound: speaks what is said of the ball that is shown, live or replayed.

import { createSound } from "../sound.js";
import { html, useEffect, useMemo, useRef, useState } from "../vendor/preact.js";

const JUMP = 60; // events: who goes on by more has jumped

/** Nothing where nothing of the match was spoken. */
export function SoundSwitch({ session }) {
  const [state, setState] = useState(null);
  const sound = useMemo(() => createSound({ token: session.token, onChange: setState }), [session]);
  useEffect(() => () => sound.disable(), [sound]);
  useHeard(sound, session);
  if (session.audio.size === 0) return null;
  const { on, voice, blocked, silent } = state ?? sound.state;
  const hint = blocked ? "The browser wants another click" : silent ? "This browser has no voice" : voiceText(voice);
  return html`
    <button
      id="sound"
      type="button"
      aria-pressed=${on}
      title=${hint}
      onClick=${() => (on ? sound.disable() : sound.enable())}
    >
      ${on ? "Sound on" : "Sound off"}
    </button>
  `;
}

/** Hands over what is spoken of the events up to the one shown; after a jump, from there on. */
function useHeard(sound, { audio, player, told }) {
  const place = useRef({ seq: null, last: 0, audio: null });
  useEffect(() => {
    const at = place.current;
    const { seq } = player;
    const went = at.seq === null ? Infinity : seq - at.seq;
    if (at.audio !== audio || went < 0 || went > JUMP) {
      sound.clear();
      at.last = seq;
    }
    at.seq = seq;
    at.audio = audio;
    for (const [of, data] of audio) {
      if (of <= at.last || of > seq) continue;
      at.last = of;
      sound.on({ type: "audio", data });
    }
  }, [sound, audio, told, player.seq]);
}

function voiceText(voice) {
  if (voice === null) return "Commentary";
  return voice === "browser" ? "Commentary, by the browser's voice" : `Commentary, by ${voice}`;
}
