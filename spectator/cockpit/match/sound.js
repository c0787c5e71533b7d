// The switch for the spoken commentary, and which of its lines are due where the viewer is.

import { createSound } from "../sound.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";

/** The sound of `session`: lines are said as their balls are passed, live or replayed; a jump silences it. */
export function useSound(session, api) {
  const [, redraw] = useState(0);
  const [sound] = useState(() => createSound({ token: api.token, onChange: () => redraw((count) => count + 1) }));
  const said = useRef({ log: null, upto: 0 });
  const { log, player, told } = session;
  const moves = player.playing || player.following;
  useEffect(() => {
    if (said.current.log === log && moves) {
      said.current.upto = sayDue(sound, session, said.current.upto);
    } else {
      said.current = { log, upto: player.seq };
      if (sound.state.saying !== null || sound.state.waiting > 0) sound.clear();
    }
  }, [log, moves, player.seq, told]);
  useEffect(() => () => sound.disable(), []);
  return sound;
}

function sayDue(sound, { audio, player }, upto) {
  const due = [...audio.values()].filter(({ of }) => of > upto && of <= player.seq).sort((a, b) => a.of - b.of);
  for (const data of due) sound.on({ type: "audio", data });
  return due.at(-1)?.of ?? upto;
}

export function SoundSwitch({ sound, audio }) {
  if (audio.size === 0) return null;
  const { on, blocked, silent } = sound.state;
  return html`
    <button id="sound" type="button" aria-pressed=${on} onClick=${() => (on ? sound.disable() : sound.enable())}>
      ${on ? (silent ? "No voice here" : "Sound on") : blocked ? "Allow sound" : "Sound off"}
    </button>
  `;
}
