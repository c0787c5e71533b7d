// Play, pause, step, scrub, jump, speed, link: how the viewer moves through a match.

import { formatPlace } from "../places.js";
import { SPEEDS } from "../player.js";
import { matchPath } from "../router.js";
import { html, useState } from "../vendor/preact.js";
import * as words from "../words.js";
import { SoundSwitch } from "./voice.js";

const COPIED_MS = 2_000;
const ICONS = {
  back: "M15 5 8 12l7 7",
  on: "m9 5 7 7-7 7",
  "wicket-back": "M9 6 4 12l5 6M14 5v14M18 5v14M22 5v14M13 4h10",
  "wicket-on": "m15 6 5 6-5 6M2 5v14M6 5v14M10 5v14M1 4h10",
};

export function Controls({ session, onHelp }) {
  const { player, log } = session;
  const { stops } = log;
  const { isLive } = session;
  const moves = player.playing || (player.following && isLive);
  const go = (change) => () => change(player);
  return html`
    <div id="player" class="player" role="group" aria-label="Playback">
      <div class="buttons">
        <${Press} id="last-wicket" label="Previous wicket" keys="[" onPress=${go((p) => p.toWicket(-1))}><${Icon} name="wicket-back" /><//>
        <${Press} id="back" label="One ball back" keys="←" onPress=${go((p) => p.step(-1))}><${Icon} name="back" /><//>
        <button id="play" type="button" class="primary" title="Space" onClick=${go((p) => p.toggle(isLive))}>
          ${moves ? "Pause" : player.following ? "Replay" : "Play"}
        </button>
        <${Press} id="step" label="One ball on" keys="→" onPress=${go((p) => p.step(1))}><${Icon} name="on" /><//>
        <${Press} id="next-wicket" label="Next wicket" keys="]" onPress=${go((p) => p.toWicket(1))}><${Icon} name="wicket-on" /><//>
      </div>
      <label class="scrub">
        <span class="sr">Position in the match</span>
        <input
          id="position"
          type="range"
          min="0"
          max=${Math.max(0, stops.length - 1)}
          step="1"
          value=${Math.max(0, player.stop)}
          aria-valuetext=${positionText(stops[player.stop])}
          onInput=${(event) => player.to(Number(event.target.value))}
        />
      </label>
      <div class="buttons">
        <${OverChoice} stops=${stops} player=${player} />
        <label>
          <span class="sr">Speed</span>
          <select id="speed" onChange=${(event) => player.setSpeed(Number(event.target.value))}>
            ${SPEEDS.map(
              (speed) => html`<option value=${speed} selected=${speed === player.speed}>${speed}×</option>`,
            )}
          </select>
        </label>
        <button id="follow" type="button" title="L" disabled=${player.following} onClick=${go((p) => p.follow())}>
          ${isLive ? "Follow live" : "To the end"}
        </button>
        <${CopyLink} session=${session} />
        <${SoundSwitch} session=${session} />
        <button id="help" type="button" title="?" aria-label="Keys" onClick=${onHelp}>?</button>
      </div>
    </div>
  `;
}

function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path d=${ICONS[name]} /></svg>`;
}

function Press({ id, label, keys, onPress, children }) {
  return html`
    <button id=${id} type="button" aria-label=${label} title=${`${label} (${keys})`} onClick=${onPress}>
      ${children}
    </button>
  `;
}

function positionText(stop) {
  if (!stop?.place) return "before the first ball";
  return `${words.inningsName(stop.place.innings)}, ball ${stop.place.ball}`;
}

function OverChoice({ stops, player }) {
  const overs = new Map(); // "innings/over" -> the index of its first ball
  stops.forEach(({ delivery }, at) => {
    const key = delivery && `${delivery.data.innings}/${delivery.data.over}`;
    if (key && !overs.has(key)) overs.set(key, at);
  });
  const now = stops[player.stop]?.delivery?.data;
  const current = now ? `${now.innings}/${now.over}` : "";
  return html`
    <label>
      <span class="sr">Go to an over</span>
      <select id="over-choice" onChange=${(event) => player.to(overs.get(event.target.value))}>
        ${current === "" && html`<option value="" selected>Over</option>`}
        ${[...overs.keys()].map((key) => {
          const [innings, over] = key.split("/").map(Number);
          const text = `${innings > 2 ? `S${innings - 2}` : innings} · over ${over + 1}`;
          return html`<option value=${key} selected=${key === current}>${text}</option>`;
        })}
      </select>
    </label>
  `;
}

function CopyLink({ session }) {
  const [told, setTold] = useState("");
  const place = session.log.stops[session.player.stop]?.place ?? null;
  const copy = async () => {
    const { href } = new URL(matchPath(session.stream, place ? formatPlace(place) : ""), location.href);
    if (!navigator.clipboard) {
      window.prompt("Link to this ball", href); // browsers lend the clipboard to secure pages alone
      return;
    }
    const done = await navigator.clipboard.writeText(href).then(
      () => "Copied",
      () => "Not allowed",
    );
    setTold(done);
    setTimeout(() => setTold(""), COPIED_MS);
  };
  return html`
    <button id="copy" type="button" title="Copy a link to this ball" disabled=${session.stream === null} onClick=${copy}>
      ${told || "Copy link"}
    </button>
  `;
}
