import { Notice } from "../shell.js";
import { html } from "../vendor/preact.js";

export function PlayPage() {
  return html`<${Notice} title="Play" text="This page is being built." />`;
}
