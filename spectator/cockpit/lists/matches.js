// The matches that the bus knows, searched and counted by it.

import { matchPath } from "../router.js";
import { html, useEffect, useState } from "../vendor/preact.js";
import { plural } from "../words.js";

const EVERY_MS = 3_000;
const LIMIT = 300; // matches that are listed; the bus searches and counts them all
const AFTER_MS = 150; // once nothing more is typed

/** The latest matches and a search. `current` is the stream that is watched. */
export function MatchList({ api, current = null }) {
  const [search, setSearch] = useState("");
  const found = useFound(api, search.trim());
  return html`
    <label class="search">
      <span class="sr">Find a match</span>
      <input
        id="search"
        type="search"
        placeholder="Find a captain or match"
        maxlength="200"
        autocomplete="off"
        value=${search}
        onInput=${(event) => setSearch(event.target.value)}
      />
    </label>
    <p id="list-count" class="quiet" role="status">${found && countText(found)}</p>
    <ul id="matches" class="matches scroll" tabindex="0" aria-label="Matches, latest first">
      ${found?.streams.map(
        (stream) => html`<${Item} key=${stream.stream} stream=${stream} current=${current} featured=${found.featured} />`,
      )}
      ${found && noteText(found) && html`<li class="none">${noteText(found)}</li>`}
    </ul>
  `;
}

/** What the bus lists for `search`, asked again and again while the page is looked at. */
function useFound(api, search) {
  const [found, setFound] = useState(null);
  useEffect(() => {
    let timer = 0;
    let gone = false;
    const ask = async () => {
      if (document.visibilityState === "visible") {
        const query = new URLSearchParams({ limit: LIMIT, search });
        const listed = await api.getJson(`/api/streams?${query}`).catch(() => null);
        if (gone) return;
        const pressed = document.querySelector("#matches a:active"); // nothing moves away under a press
        if (listed && !pressed) setFound({ ...listed, featured: listed.featured.stream, search });
      }
      timer = setTimeout(ask, EVERY_MS);
    };
    timer = setTimeout(ask, found === null ? 0 : AFTER_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [api, search]);
  return found;
}

function countText({ total, search }) {
  if (search) return `${total} found`;
  return total ? plural(total, "match", "matches") : "";
}

function noteText({ streams, total, search }) {
  if (total === 0) return search ? "Nothing found." : "No match has been published yet.";
  return total > streams.length ? `The latest ${streams.length} are shown; search finds the others.` : null;
}

function Item({ stream, current, featured }) {
  const live = stream.state === "live";
  return html`
    <li>
      <a
        href=${matchPath(stream.stream)}
        data-stream=${stream.stream}
        aria-current=${stream.stream === current ? "true" : null}
      >
        <span class="pair"><bdi>${stream.home ?? "?"}</bdi> v <bdi>${stream.away ?? "?"}</bdi></span>
        <span class=${`state ${live ? "live" : ""}`}>${stateText(stream, live, stream.stream === featured)}</span>
        <span class="result"><bdi>${resultText(stream)}</bdi></span>
      </a>
    </li>
  `;
}

function stateText(stream, live, isFeatured) {
  if (live) return isFeatured ? "● featured" : "● live";
  return isFeatured ? "featured" : (stream.format ?? "");
}

function resultText(stream) {
  if (stream.result === undefined) return stream.episode_id;
  const scores = (stream.score ?? []).map((line) => `${line.runs}/${line.wickets}`).join(", ");
  return [stream.result || stream.end_reason, scores].filter(Boolean).join(" · ");
}
