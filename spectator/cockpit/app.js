// The cockpit: which page an address shows, inside the shell.

import { Api } from "./api.js";
import { MatchPage } from "./pages/match.js";
import { MatchesPage } from "./pages/matches.js";
import { PlayPage } from "./pages/play.js";
import { RunPage, RunsPage } from "./pages/runs.js";
import { StartPage } from "./pages/start.js";
import { createRouter } from "./router.js";
import { Away, Notice, TopBar } from "./shell.js";
import { useStore } from "./store.js";
import { html, render, useEffect, useRef } from "./vendor/preact.js";

const PAGES = {
  featured: [MatchPage, "Featured match"],
  match: [MatchPage, "Match"],
  matches: [MatchesPage, "Matches"],
  runs: [RunsPage, "Tournaments"],
  run: [RunPage, "Tournament"],
  start: [StartPage, "Start"],
  play: [PlayPage, "Your side"],
  unknown: [Unknown, "Not found"],
};

const api = new Api(); // first of all: it takes the token out of the address
const { route, navigate } = createRouter();

function App() {
  const shown = useStore(route);
  const main = useRef(null);
  const first = useRef(true);
  const [Page, title] = PAGES[shown.page];
  useEffect(() => {
    document.title = `${title} · captains`;
    if (first.current) first.current = false;
    else arrive(main.current);
  }, [shown.path]);
  return html`
    <${TopBar} api=${api} route=${shown} />
    <main id="main" tabindex="-1" ref=${main}>
      <${Page} key=${shown.path} api=${api} route=${shown} navigate=${navigate} />
    </main>
    <${Away} api=${api} />
  `;
}

/** As when a document is opened: at its top, with the keyboard there. */
function arrive(main) {
  window.scrollTo(0, 0);
  main.focus({ preventScroll: true });
}

function Unknown() {
  return html`<${Notice} title="There is no such page" text="The address is not one of this page's.">
    <p><a href="/">To the featured match</a> · <a href="/matches">All matches</a></p>
  <//>`;
}

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the hash names a ball
  document.getElementById("main").focus();
});

// An address with a token that is opened over this page loads nothing by itself.
window.addEventListener("hashchange", () => {
  if (new URLSearchParams(location.hash.slice(1)).has("token")) location.reload();
});

render(html`<${App} />`, document.getElementById("app"));
