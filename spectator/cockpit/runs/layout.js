// Where the encounters of a bracket stand.

const FROM = { winner: "winner of ", loser: "loser of " };

/** The encounters that the two sides of this one come from: `{ how: "winner" | "loser", name }` each. */
export function sourcesOf({ first_from, second_from }) {
  return [first_from, second_from].flatMap((from) =>
    Object.entries(FROM)
      .filter(([, words_]) => from.startsWith(words_))
      .map(([how, words_]) => ({ how, name: from.slice(words_.length) })),
  );
}

/**
 * Where each encounter stands: `{ places: name -> { row, column }, rows, columns }`. From the final backwards,
 * each between those it takes its winners from; what nobody's winner leads to stands below.
 */
export function laidOut(encounters) {
  const byName = new Map(encounters.map((encounter) => [encounter.name, encounter]));
  const first = Math.min(...encounters.map(({ round }) => round));
  const places = new Map();
  let rows = 0;
  const place = (encounter) => {
    const before = sourcesOf(encounter).filter(({ how, name }) => how === "winner" && byName.has(name));
    const at = before.map(({ name }) => place(byName.get(name)));
    const row = at.length > 0 ? at.reduce((sum, each) => sum + each, 0) / at.length : rows++;
    places.set(encounter.name, { row, column: encounter.round - first });
    return row;
  };
  for (const encounter of [...encounters].reverse()) if (!places.has(encounter.name)) place(encounter);
  return { places, rows, columns: Math.max(...encounters.map(({ round }) => round)) - first + 1 };
}
