// The match page by keyboard, and the dialog that tells of it.

import { here } from "../storage.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";

const KEPT = "captains-keys";
const KEYS = [
  ["Space", "pause, play; on a button that the keyboard has come to, press it"],
  ["← →", "one ball back, one on"],
  ["[ ]", "previous wicket, next wicket"],
  ["L", "to the latest ball, and follow"],
  ["?", "this help"],
];
const OWN_KEYS = "input:not([type=range]), select, textarea, dialog[open]"; // what takes keys for itself
const PRESSED = "button, summary"; // what the space bar presses
const POINTED = `main :is(${PRESSED}, select, input[type=range])`; // what gives the keys back after a pointer

/** Whether keys are listened to, and `[on, setOn]` of it: single letters can get in the way of speech input. */
export function useKeys({ player, isLive, onHelp }) {
  const [on, setOn] = useState(here.getItem(KEPT) !== "off");
  useKeysBack(on);
  useEffect(() => {
    if (!on) return undefined;
    const press = (event) => {
      const act = actOf(event, { player, isLive, onHelp });
      if (act === null) return;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [on, player, isLive]);
  const keep = (value) => {
    here.setItem(KEPT, value ? "on" : "off");
    setOn(value);
  };
  return [on, keep];
}

/**
 * Space presses the button that has the focus, as everywhere; but whoever has clicked on one does not mean it by Space
 * afterwards. So what was used with a pointer does not keep the focus.
 */
function useKeysBack(on) {
  useEffect(() => {
    if (!on) return undefined;
    let pointed = false;
    const point = () => (pointed = true);
    const type = () => (pointed = false);
    const used = ({ type: how, target }) => {
      const isDone = how === "change" || target.closest(PRESSED) !== null; // a click on a list only opens it
      if (pointed && isDone && !target.closest("dialog")) target.closest(POINTED)?.blur();
    };
    const listeners = { pointerdown: point, keydown: type, click: used, change: used };
    for (const [name, listener] of Object.entries(listeners)) document.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) document.removeEventListener(name, listener);
    };
  }, [on]);
}

function actOf(event, { player, isLive, onHelp }) {
  if (event.metaKey || event.ctrlKey || event.altKey || event.target.closest(OWN_KEYS)) return null;
  if (event.key === " " && event.target.closest(PRESSED)) return null;
  if (event.target.matches("input[type=range]") && event.key.startsWith("Arrow")) return null;
  const acts = {
    " ": () => player.toggle(isLive),
    ArrowLeft: () => player.step(-1),
    ArrowRight: () => player.step(1),
    "[": () => player.toWicket(-1),
    "]": () => player.toWicket(1),
    l: () => player.follow(),
    L: () => player.follow(),
    "?": onHelp,
  };
  return acts[event.key] ?? null;
}

export function Help({ open, onClose, keysOn, onKeysOn }) {
  const dialog = useRef(null);
  useEffect(() => {
    if (open) dialog.current.showModal();
  }, [open]);
  return html`
    <dialog ref=${dialog} class="card help" aria-labelledby="help-title" onClose=${onClose}>
      <h2 id="help-title">Keys</h2>
      <dl>
        ${KEYS.map(([key, text]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${text}</dd></div>`)}
      </dl>
      <label class="check">
        <input type="checkbox" checked=${keysOn} onChange=${(event) => onKeysOn(event.target.checked)} />
        Listen to these keys
      </label>
      <form method="dialog"><button type="submit" class="primary">Close</button></form>
    </dialog>
  `;
}
