// Light, dark, or as the system says; kept in this browser. early.js applies it before the first paint.

import { here } from "./storage.js";
import { createStore } from "./store.js";

const KEY = "captains-theme";
export const THEMES = ["auto", "light", "dark"];

export const theme = createStore(known(here.getItem(KEY)));

export function chooseTheme(name) {
  here.setItem(KEY, name);
  document.documentElement.dataset.theme = name;
  theme.set(name);
}

function known(name) {
  return THEMES.includes(name) ? name : "auto";
}
