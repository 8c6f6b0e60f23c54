// Where keys lie. They are known by where they usually are; the body says which of them somebody laid elsewhere.
const laid = new Map((document.body.dataset.keymap ?? "").split(" ").filter(Boolean).map((pair) => [pair[0], pair.slice(2)]));

// Where a key lies; nothing for one that is off.
export const shown = (usual) => laid.get(usual) ?? usual;
// The usual place of a key that was pressed, if it is among these.
export const meant = (pressed, among) => among.find((usual) => shown(usual) === pressed);
