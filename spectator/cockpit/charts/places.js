// Where fielders stand for each named field. An illustration: the engine knows a field by its name and by how many are
// outside the circle. Metres from the middle of the pitch, for a right-hander who bats at the top: off side left (x < 0),
// the bowler comes from below (y > 0).

export const BOUNDARY = 66;
export const CIRCLE = 27.43; // 30 yards from the middle stump at either end (ICC 28.7)
export const HALF_PITCH = 10.06; // stumps to stumps is 22 yards (Law 6.1)

const SPOTS = {
  "slip": [-4.6, -25], "second slip": [-9, -23.5], "gully": [-14, -18.5],
  "short third": [-13, -30], "backward point": [-23, -16], "point": [-25, -9], "cover": [-23, 5],
  "extra cover": [-20.5, 14.5], "mid-off": [-11.5, 28], "mid-on": [11.5, 28], "midwicket": [22.5, 5],
  "square leg": [24, -8.5], "short fine leg": [13, -30],
  "deep third": [-29, -55], "deep point": [-61, -11], "sweeper": [-57, 20], "long-off": [-25, 56],
  "long-on": [25, 56], "deep midwicket": [53, 29], "deep square leg": [61, -8], "deep backward square": [54, -30],
  "fine leg": [27, -55], "deep mid-off": [-17, 44], "deep mid-on": [17, 44],
}; // prettier-ignore

const FIELDS = {
  slips: ["slip", "second slip", "gully", "backward point", "cover", "mid-off", "mid-on", "midwicket", "fine leg"],
  ring: ["short third", "point", "cover", "extra cover", "midwicket", "square leg", "short fine leg", "deep mid-off", "deep mid-on"],
  off_side: ["deep third", "deep point", "sweeper", "long-off", "backward point", "cover", "extra cover", "mid-on", "midwicket"],
  leg_trap: ["fine leg", "deep backward square", "deep midwicket", "long-on", "midwicket", "slip", "backward point", "cover", "mid-off"],
  spread: ["deep third", "sweeper", "long-on", "deep midwicket", "deep backward square", "backward point", "extra cover",
    "mid-off", "midwicket"],
}; // prettier-ignore

// By how many may stand outside.
const STANDARD = {
  2: ["slip", "backward point", "cover", "mid-off", "mid-on", "midwicket", "square leg", "deep third", "fine leg"],
  4: ["deep point", "long-off", "deep midwicket", "deep square leg", "short third", "cover", "mid-on", "midwicket", "short fine leg"],
  5: ["deep point", "long-off", "long-on", "deep midwicket", "deep square leg", "short third", "cover", "midwicket", "short fine leg"],
}; // prettier-ignore

const KEEPER = { pace: [0.5, -23], spin: [0, -13] };
const BOWLER = [2.6, 12.5];

/** The nine fielders of a field, `{name, x, y}`; an unknown one is shown as the standard field. */
export function fieldersOf(field, outside) {
  const names = FIELDS[field] ?? STANDARD[outside] ?? STANDARD[5];
  return names.map((name) => at(name, SPOTS[name]));
}

export const keeperAt = (pace) => at("keeper", KEEPER[pace ? "pace" : "spin"]);
export const bowlerAt = () => at("bowler", BOWLER);

const at = (name, [x, y]) => ({ name, x, y });

/** Whether a place is inside the fielding circle: two half circles round the middle stumps, joined by straight lines. */
export function isInside({ x, y }) {
  const beyond = Math.max(0, Math.abs(y) - HALF_PITCH);
  return Math.hypot(x, beyond) <= CIRCLE;
}
