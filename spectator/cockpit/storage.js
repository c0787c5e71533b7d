// What this browser keeps for us. One that blocks site data throws where its storage is only named: then it is kept for
// as long as the page is open.

export const here = storage(() => localStorage); // in every tab
export const inTab = storage(() => sessionStorage);

function storage(named) {
  try {
    return named();
  } catch {
    const kept = new Map();
    return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
  }
}
