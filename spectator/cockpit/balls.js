// What one ball is called and how it looks: mirrors spectator/balls.py.

export const NOT_OUT = new Set(["retired hurt", "retired not out"]);

/** Whether a wicket fell: who retires hurt is not out. */
export function fell(data) {
  return data.wicket !== null && !NOT_OUT.has(data.wicket.kind);
}

/** The extras in an outcome's key (`nb1+6`, `run out+wd1/non-striker`) by wd, nb, b, lb, pen. */
export function extrasOf(outcome) {
  const extras = new Map();
  for (const part of outcome.split("/")[0].split("+")) {
    const found = /^(wd|nb|lb|b|pen)(\d+)$/.exec(part);
    if (found) extras.set(found[1], Number(found[2]));
  }
  return extras;
}

/** The ball's glyph and kind; a wicket outdoes everything, then the extra, then the runs. */
export function ballOf(data) {
  const extras = extrasOf(data.outcome);
  const ball = (glyph, kind) => ({ ball: data.ball, glyph, kind });
  if (fell(data)) return ball("W", "wicket");
  for (const name of ["wd", "nb", "pen", "b", "lb"]) {
    if (extras.has(name)) {
      const more = data.bat + data.extras - (name === "wd" || name === "nb" ? 1 : 0);
      return ball(`${name}${more || ""}`, "extra");
    }
  }
  if (data.boundary && data.bat === 4) return ball("4", "four");
  if (data.boundary && data.bat === 6) return ball("6", "six");
  if (data.bat === 0) return ball("•", "dot");
  return ball(String(data.bat), "run");
}
