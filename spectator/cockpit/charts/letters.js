// How wide words are in the page's own letters: names are cut to the room that there is.

export const BOLD = 650;

let pen = null;
let family = "";

/** Pixels that `text` takes in letters `unit` high. */
export function widthOf(text, unit, weight = 400) {
  if (pen === null) {
    pen = document.createElement("canvas").getContext("2d");
    family = getComputedStyle(document.documentElement).getPropertyValue("--sans") || "sans-serif";
  }
  pen.font = `${weight} ${unit}px ${family}`;
  return pen.measureText(text).width;
}

/** `text`, with an ellipsis where it is wider than `width` pixels; nothing where not a letter has room. */
export function fit(text, width, unit, weight = 400) {
  if (widthOf(text, unit, weight) <= width) return text;
  const letters = [...text];
  const cut = (count) => `${letters.slice(0, count).join("").trimEnd()}…`;
  let [least, most] = [0, letters.length - 1];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (widthOf(cut(middle), unit, weight) <= width) least = middle;
    else most = middle - 1;
  }
  return least === 0 ? "" : cut(least);
}
