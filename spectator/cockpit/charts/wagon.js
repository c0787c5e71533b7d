// The wagon wheel of the batter on strike: his runs off the bat, drawn as field.js draws them.

import { html } from "../vendor/preact.js";
import { handOf } from "./book.js";
import { storyOf } from "./derive.js";
import { Empty, Figure, Plot } from "./figure.js";
import { EmptyGround, Ground, Stroke, groundHeight, groundPlan } from "./ground.js";
import { plural } from "./say.js";
import { strokeOf } from "./strokes.js";

const COUNTED = [
  [1, "single", "singles"], [2, "two", "twos"], [3, "three", "threes"], [4, "four", "fours"], [6, "six", "sixes"],
]; // prettier-ignore

const STYLES = { 4: "four", 6: "six" };

export function WagonWheel({ frame, events, at }) {
  const story = storyOf(frame, events);
  const innings = frame.innings.at(-1);
  const name = at?.data.striker ?? innings?.striker ?? story.steps.at(-1)?.data?.striker ?? null;
  if (!innings || name === null) {
    return html`<${Figure} kind="wagon" title="Wagon wheel">
      <${EmptyGround} text="The ground. Nobody has faced a ball yet." />
      <${Empty}>Nobody has faced a ball yet.</${Empty}>
    </${Figure}>`;
  }
  const steps = story.steps.filter((step) => step.innings === innings.innings && step.data?.striker === name && step.data.bat > 0);
  const strokes = steps.map((step) => strokeOf(step, []));
  const runs = steps.reduce((sum, step) => sum + step.data.bat, 0);
  const hand = handOf(events, innings.batting, name);
  const counts = COUNTED.map(([of, one, many]) => [of, one, many, steps.filter((step) => step.data.bat === of).length]);
  const said = counts.filter(([, , , count]) => count).map(([, one, many, count]) => plural(count, one, many)).join(", ");
  const whole = innings.batters.find((batter) => batter.name === name)?.runs ?? runs;
  return html`<${Figure}
    kind="wagon" title="Wagon wheel" aside=${html`<b>${name}</b> <span class="quiet">${plural(whole, "run")}</span>`}
    note=${noteOf(hand, whole - runs)}
    table=${() => ({ head: ["Strokes for", "How many"], rows: counts.map(([, , many, count]) => [many, count]) })}
  >
    <${Plot}
      text=${`Wagon wheel of ${name}, ${hand ?? "right"}-handed: ${said || "no runs yet"}. Directions are an illustration.`}
      height=${groundHeight}
      draw=${({ width, unit }) => {
        const plan = groundPlan(width, unit, hand === "left");
        return html`<${Ground} plan=${plan} />${strokes.map((stroke) => html`<${Stroke} plan=${plan} stroke=${stroke} faint />`)}`;
      }}
    />
    <ul class="chart-legend">
      ${counts.map(([of, one, many, count]) => html`<li>
        <svg width="26" height="14" viewBox="0 0 26 14" aria-hidden="true"><g class=${`stroke faint ${STYLES[of] ?? "run"}`}>
          <path class="way" d="M2 7H21" /><circle class="end" cx="21" cy="7" r="3.2" /></g></svg>
        ${plural(count, one, many)}
      </li>`)}
    </ul>
  </${Figure}>`;
}

function noteOf(hand, before) {
  const seen = before > 0 ? `Runs of before the first ball that is known are not drawn: ${before}. ` : "";
  const view = hand ? "" : " Drawn for a right-hander: the batter’s hand is not known here.";
  return `${seen}An illustration: how many runs is data, the direction is drawn from the shot.${view}`;
}
