// The matches that the bus knows, searched and counted by it.

import { html, useState } from "../vendor/preact.js";
import { plural } from "../words.js";
import { MatchItem } from "./item.js";
import { useListed } from "./listed.js";
import { SearchField } from "./search.js";

const LIMIT = 60; // matches that are listed; the bus searches and counts them all

/** The latest matches and a search. `current` is the stream that is watched. */
export function MatchList({ api, current = null }) {
  const [search, setSearch] = useState("");
  const found = useListed(api, { limit: LIMIT, search: search.trim() });
  return html`
    <${SearchField} label="Find a captain or match" value=${search} onSearch=${setSearch} />
    <p id="list-count" class="quiet" role="status">${found && countText(found, search.trim())}</p>
    <ul id="matches" class="matches scroll" tabindex="0" aria-label="Matches, live ones first">
      ${found?.streams.map(
        (match) => html`<${MatchItem} key=${match.stream} match=${match} current=${current} featured=${found.featured.stream} />`,
      )}
      ${found && noteText(found, search.trim()) && html`<li class="none">${noteText(found, search.trim())}</li>`}
    </ul>
  `;
}

function countText({ total }, search) {
  if (search) return `${total} found`;
  return total ? plural(total, "match", "matches") : "";
}

function noteText({ streams, total }, search) {
  if (total === 0) return search ? "Nothing found." : "No match has been published yet.";
  return total > streams.length ? html`The latest ${streams.length} are shown. <a href="/matches">All matches</a>` : null;
}
