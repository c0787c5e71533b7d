// A match as it stands where the viewer is: everything that is drawn from a frame and its events.

import { Costs, Field, Luck, Manhattan, Partnerships, WagonWheel, WinProb, Worm } from "../charts/index.js";
import { formatPlace } from "../places.js";
import { html, useMemo, useState } from "../vendor/preact.js";
import { ballsOf } from "./balls.js";
import { Board } from "./board.js";
import { Calls } from "./calls.js";
import { Controls } from "./controls.js";
import { Crease } from "./figures.js";
import { InSight } from "./insight.js";
import { Help, useKeys } from "./keys.js";
import { Ticker } from "./over.js";
import { Said, Words, useSaid } from "./words.js";
import { Scorecards } from "./scorecard.js";

export function Match({ session, title }) {
  const { player, log, isLive } = session;
  const [helps, setHelps] = useState(false);
  const [keysOn, setKeysOn] = useKeys({ player, isLive, onHelp: () => setHelps(true) });
  const said = useSaid(session);
  const shown = useMemo(() => shownOf(session), [log, log.version, player.seq]);
  const line = lineOf(shown, said);
  return html`
    <div class="match" data-whole=${log.whole} data-top=${log.top}>
      <${Board} title=${title} frame=${shown.frame} error=${shown.error}>
        <p id="line" class="line"><bdi>${line}</bdi></p>
        <${Said} text=${line} />
        <${Controls} session=${session} onHelp=${() => setHelps(true)} />
        ${session.missed && html`<p class="missed" role="status">This match has no ball ${formatPlace(session.missed)}.</p>`}
      <//>
      <${Body} session=${session} shown=${shown} said=${said} />
      <${Help} open=${helps} onClose=${() => setHelps(false)} keysOn=${keysOn} onKeysOn=${setKeysOn} />
    </div>
  `;
}

/** What is said of the shown ball; before the first one and after the last, of what came last. */
function lineOf({ frame, events, at }, said) {
  if (at !== null && frame.phase !== "ended") return said(at);
  const last = events.findLast((event) => said(event) !== "");
  return last ? said(last) : "";
}

/** What is shown: the frame, the events in it, the last ball of them, what went wrong at the end. */
function shownOf({ log, player }) {
  const frame = log.frameAt(player.seq);
  const events = log.eventsTo(player.seq);
  return {
    frame,
    events,
    balls: ballsOf(events),
    at: events.findLast((event) => event.type === "delivery") ?? null,
    error: events.at(-1)?.type === "episode.ended" ? events.at(-1).data.error : null,
  };
}

/** Drawn anew only where what it shows has changed. */
function Body({ session, shown, said }) {
  const { player, log, told } = session;
  return useMemo(() => {
    const { frame, events, balls, at } = shown;
    const onJump = (seq) => player.toSeq(seq);
    const toEnd = (innings, over) =>
      player.to(log.stops.findLastIndex(({ place, delivery }) => place?.innings === innings && delivery.data.over === over));
    const props = { frame, events, at, onJump };
    const isFinal = frame.phase === "ended";
    const figure = (Chart) => html`<${InSight} kind="card" isFinal=${isFinal} draw=${() => html`<${Chart} ...${props} />`} />`;
    return html`
      <${Ticker} frame=${frame} onOver=${toEnd} />
      <div class="column at-hand">
        <${Calls} ball=${balls.findLast((ball) => ball.delivery) ?? balls.at(-1) ?? null} reasoning=${session.reasoning} />
        <${Crease} innings=${frame.innings.at(-1) ?? null} />
        <${Words} events=${events} balls=${balls} reasoning=${session.reasoning} said=${said} onJump=${onJump} />
      </div>
      <section class="column charts" aria-labelledby="charts-title">
        <h2 id="charts-title" class="sr">The ball and the chances</h2>
        ${[WinProb, Field].map(figure)}
      </section>
      <section class="figures-grid" aria-labelledby="figures-title">
        <h2 id="figures-title" class="sr">The match in figures</h2>
        <div class="figures-column">${[Worm, Manhattan, Costs].map(figure)}</div>
        <div class="figures-column">${[WagonWheel, Partnerships, Luck].map(figure)}</div>
      </section>
      <${InSight} kind="scorecards" isFinal=${isFinal} draw=${() => html`<${Scorecards} ...${props} />`} />
    `;
  }, [shown, told, said]);
}
