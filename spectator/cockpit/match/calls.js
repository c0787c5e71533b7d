// What the captains called for the ball that is shown, and what it took them.

import { html } from "../vendor/preact.js";
import * as words from "../words.js";

/** `ball` is `{ delivery, calls }` as balls.js gathers it, or null; `reasoning` by the decision's number. */
export function Calls({ ball, reasoning }) {
  const calls = ball?.calls ?? [];
  const place = ball?.delivery ? `ball ${ball.delivery.data.ball}` : "what comes";
  return html`
    <section class="card calls" aria-labelledby="calls-title">
      <div class="card-head">
        <h2 id="calls-title">Captains’ calls</h2>
        ${ball && html`<span class="quiet">for ${place}</span>`}
      </div>
      <ol id="calls" class="feed scroll" tabindex="0" aria-label="Decisions for this ball">
        ${calls.length === 0 && html`<li class="none">No decision yet.</li>`}
        ${calls.map(
          ({ data }) => html`<${Call} key=${data.number} call=${data} thought=${reasoning.get(data.number)} />`,
        )}
      </ol>
    </section>
  `;
}

export function Call({ call, thought }) {
  const { reason, errors } = thought ?? call; // a record tells it with the decision, the bus beside it
  return html`
    <li class="call">
      <p class="what"><bdi>${words.choiceText(call)}</bdi></p>
      <p class="by">
        <bdi class=${call.seat}>${call.captain}</bdi>${" "}
        <span class=${`source ${call.source}`}>${call.source}</span>${" "}
        <span>${words.spentText(call)}</span>
      </p>
      <${Price} cost=${call.cost} />
      ${reason && html`<p class="reason"><bdi>${reason}</bdi></p>`}
      ${errors.length > 0 &&
      html`<ul class="errors">
        ${errors.map((error) => html`<li><bdi>${error}</bdi></li>`)}
      </ul>`}
      <${Tools} calls=${thought?.calls ?? []} />
    </li>
  `;
}

function Price({ cost }) {
  const text = words.costText(cost);
  return text && html`<p class="price" data-best=${cost < 0.0005}>${text}</p>`;
}

function Tools({ calls }) {
  if (calls.length === 0) return null;
  return html`
    <details class="tools">
      <summary>${words.plural(calls.length, "tool call")}</summary>
      <ol>
        ${calls.map(
          (call) => html`
            <li data-failed=${Boolean(call.error)}>
              <code>${call.tool}(${call.arguments})</code>
              ${call.error && html`<p class="error"><bdi>${call.error}</bdi></p>`}
              ${call.reply && html`<pre>${replyText(call.reply)}</pre>`}
            </li>
          `,
        )}
      </ol>
    </details>
  `;
}

/** JSON set out in lines; what was cut short stays as it came. */
function replyText(reply) {
  try {
    return JSON.stringify(JSON.parse(reply), null, 2);
  } catch {
    return reply;
  }
}
