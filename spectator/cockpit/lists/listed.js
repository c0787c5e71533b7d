// What the bus lists, asked again and again while the page is looked at.

import { useEffect, useState } from "../vendor/preact.js";

const EVERY_MS = 3_000;
const AFTER_MS = 150; // once nothing more is typed

/**
 * The bus's answer for `wanted` (see `queryOf`), null before the first one; with `wanted` null nothing is asked.
 * `error` where the last request failed, `asked` the query that the answer is for. `tries` grows to ask anew.
 */
export function useListed(api, wanted, { path = "/api/streams", tries = 0 } = {}) {
  const [found, setFound] = useState(null);
  const query = wanted && String(queryOf(wanted));
  useEffect(() => {
    if (query === null) return undefined;
    let timer = 0;
    let gone = false;
    const ask = async () => {
      if (document.visibilityState === "visible") {
        const answer = await api.getJson(`${path}?${query}`).catch((error) => ({ error }));
        if (gone) return;
        const pressed = document.querySelector("li a:active"); // nothing moves away under a press
        if (answer.error) setFound((before) => (before ? { ...before, error: answer.error } : { ...NOTHING, error: answer.error }));
        else if (!pressed) setFound({ ...answer, error: null, asked: query });
      }
      timer = setTimeout(ask, EVERY_MS);
    };
    timer = setTimeout(ask, found === null ? 0 : AFTER_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [api, query, path, tries]);
  return found;
}

const NOTHING = { streams: [], total: 0, featured: { stream: null }, asked: null };

/**
 * `{ search, run, captains, state, format, limit, offset }` as the bus wants them; what is empty is left out, but for the
 * first of two captains: the second stays the second.
 */
export function queryOf({ captains = [], ...rest }) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(rest)) if (value) query.set(name, value);
  for (const captain of captains) query.append("captain", captain);
  return query;
}
