// Before the first paint, so that a chosen scheme does not flash: the rest is in theme.js.
document.documentElement.dataset.theme = localStorage.getItem("captains-theme") ?? "auto";
