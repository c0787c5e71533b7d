// The field in which a list is searched.

import { html } from "../vendor/preact.js";

/** `onSearch` takes what is typed, letter by letter. */
export function SearchField({ label, value, onSearch }) {
  return html`
    <label class="search">
      <span class="sr">${label}</span>
      <input
        id="search"
        type="search"
        placeholder=${label}
        maxlength="200"
        autocomplete="off"
        value=${value}
        onInput=${(event) => onSearch(event.target.value)}
      />
    </label>
  `;
}
