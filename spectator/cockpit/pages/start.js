import { Notice } from "../shell.js";
import { html } from "../vendor/preact.js";

export function StartPage() {
  return html`<${Notice} title="Start" text="This page is being built." />`;
}
