// Beside the featured match: the table of the newest tournament, and the latest matches.

import { runPath } from "../router.js";
import { html, useEffect, useState } from "../vendor/preact.js";
import { MatchList } from "./matches.js";
import { useRunSession } from "../runs/session.js";
import { Standings } from "./run.js";

const EVERY_MS = 3_000;

export function Latest({ api, current }) {
  const stream = useNewestRun(api);
  const watched = useRunSession(api, stream);
  return html`
    <aside class="latest" aria-label="Tournament and matches">
      <section class="card" aria-labelledby="table-title">
        <div class="card-head">
          <h2 id="table-title">Standings</h2>
          ${stream && html`<a class="quiet" href=${runPath(stream)}>Tournament</a>`}
        </div>
        <${Standings} run=${watched?.run} />
      </section>
      <section class="card" aria-labelledby="list-title">
        <h2 id="list-title">Matches</h2>
        <${MatchList} api=${api} current=${current} />
      </section>
    </aside>
  `;
}

function useNewestRun(api) {
  const [stream, setStream] = useState(null);
  useEffect(() => {
    let timer = 0;
    let gone = false;
    const ask = async () => {
      const runs = await api.getJson("/api/runs?limit=1").catch(() => null);
      if (gone) return;
      if (runs?.streams.length) setStream(runs.streams[0].stream);
      timer = setTimeout(ask, EVERY_MS);
    };
    ask();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [api]);
  return stream;
}
