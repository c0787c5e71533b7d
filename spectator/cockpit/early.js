// Before the first paint, so that a chosen scheme does not flash: the rest is in theme.js.
try {
  document.documentElement.dataset.theme = localStorage.getItem("captains-theme") ?? "auto";
} catch {
  document.documentElement.dataset.theme = "auto"; // a browser that blocks site data
}
