// What is around every page: name, navigation, lamp, colour scheme; and notices that replace a page.

import { createStore, useStore } from "./store.js";
import { THEMES, chooseTheme, theme } from "./theme.js";
import { html, useEffect, useState } from "./vendor/preact.js";

const LINKS = [
  ["/", "Featured"],
  ["/matches", "Matches"],
  ["/runs", "Tournaments"],
  ["/start", "Start"],
];
// Pages of one match, or of one tournament, belong to the list that leads to them.
const WITHIN = { "/matches": "/match/", "/runs": "/run/" };
const REACHED = { unknown: "connecting", yes: "connected", no: "reconnecting", refused: "no access" };

/** What the lamp says while a page follows something itself; null: how the last request went. */
export const lamp = createStore(null);

/** Let the lamp say `state` while the page is shown. */
export function useLamp(state) {
  useEffect(() => {
    lamp.set(state);
  }, [state]);
  useEffect(() => () => lamp.set(null), []);
}

export function TopBar({ api, route }) {
  return html`
    <header class="top">
      <a class="brand" href="/">
        <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
          <circle cx="12" cy="12" r="10" class="leather" />
          <path d="M7.5 3.4c3.4 5.2 3.4 12 0 17.2M16.5 3.4c-3.4 5.2-3.4 12 0 17.2" class="seam" />
        </svg>
        captains
      </a>
      <nav class="pages" aria-label="Pages">
        ${LINKS.map(
          ([href, text]) =>
            html`<a href=${href} aria-current=${current(href, route.path)}>${text}</a>`,
        )}
      </nav>
      <div class="top-end">
        <${Lamp} api=${api} />
        <${ThemeSwitch} />
      </div>
    </header>
  `;
}

/** Whether a link leads to the page that is shown, or to what it belongs to. */
function current(href, path) {
  if (path === href) return "page";
  return path.startsWith(WITHIN[href] ?? "//") ? "true" : null;
}

/** What is told aloud is the state alone: how many balls behind it is changes with each of them. */
function Lamp({ api }) {
  const told = useStore(lamp);
  const reached = useStore(api.reached);
  const state = told ?? REACHED[reached];
  return html`
    <p id="connection" class="connection" data-state=${state.split(" ")[0]}>
      <span class="lamp" aria-hidden="true"></span><span id="connection-text">${state}</span>
    </p>
    <p class="sr" role="status">${state.split(" · ")[0]}</p>
  `;
}

function ThemeSwitch() {
  const chosen = useStore(theme);
  return html`
    <label class="theme">
      <span class="sr">Colours</span>
      <select id="theme" value=${chosen} onChange=${(event) => chooseTheme(event.target.value)}>
        ${THEMES.map((name) => html`<option value=${name} selected=${name === chosen}>${name}</option>`)}
      </select>
    </label>
  `;
}

const AWAY = {
  reconnecting: "The bus cannot be reached. The page tries again, and then catches up by itself.",
  full: "The bus has no room for another viewer. The page tries again.",
};

/** Says that the bus is away, over whatever is shown. */
export function Away({ api }) {
  const told = useStore(lamp);
  const reached = useStore(api.reached);
  const text = AWAY[told ?? REACHED[reached]];
  return html`<div class="bus-away" role="status">${text && html`<p>${text}</p>`}</div>`;
}

/** A state that is a whole page: nothing there yet, not found, no access. */
export function Notice({ title, text, children }) {
  return html`
    <section class="card notice">
      <h1>${title}</h1>
      ${text && html`<p>${text}</p>`}
      ${children}
    </section>
  `;
}

/** The bus wants a token that we do not have. */
export function NoAccess({ api, onToken }) {
  const [token, setToken] = useState("");
  const submit = (event) => {
    event.preventDefault();
    api.setToken(token.trim());
    onToken();
  };
  return html`
    <${Notice}
      title="This bus wants a token"
      text="Whoever runs it can give you its read token; a link that ends in #token=… brings it along."
    >
      <form class="row" onSubmit=${submit}>
        <label class="field">
          <span>Read token</span>
          <input
            type="password"
            autocomplete="off"
            required
            value=${token}
            onInput=${(event) => setToken(event.target.value)}
          />
        </label>
        <button type="submit" class="primary">Open</button>
      </form>
    <//>
  `;
}
