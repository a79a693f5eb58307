/** Which columns of a table hold the momenta of particles. */

/** What a column says of a particle. */
const fields = {
  pt: "pt",
  eta: "eta",
  phi: "phi",
  m: "mass",
  mass: "mass",
  e: "energy",
  energy: "energy",
  px: "px",
  py: "py",
  pz: "pz",
  q: "charge",
  charge: "charge",
  pdg: "pdg",
  pdgid: "pdg",
  pid: "pdg",
  kind: "kind",
} as const;

type Field = (typeof fields)[keyof typeof fields];

/** The names of the columns of one particle, by what they say. */
export type ParticleColumns = Readonly<Partial<Record<Field, string>>>;

/** Whether columns are enough for a four-vector. */
const isMomentum = ({ pt, eta, phi, px, py, pz }: ParticleColumns): boolean =>
  Boolean((pt && eta && phi) || (px && py && pz));

const fieldOf = (word: string): Field | undefined =>
  Object.hasOwn(fields, word.toLowerCase()) ? fields[word.toLowerCase() as keyof typeof fields] : undefined;

const numbered = /^([A-Za-z]+)_?(\d{1,3})$/;

/** Adds a column, unless an earlier one says the same. */
const add = <K>(all: Map<K, Partial<Record<Field, string>>>, key: K, field: Field, name: string): void => {
  const own = all.get(key) ?? {};
  own[field] ??= name;
  all.set(key, own);
};

const complete = <K>(all: ReadonlyMap<K, ParticleColumns>): [K, ParticleColumns][] =>
  [...all].filter(([, columns]) => isMomentum(columns));

/** Columns of particles by their numbers, as in `pt1, eta1, phi1, Q1, pt2, ...` and `E1, px1, py1, pz1, ...`; in ascending order. */
export const numberedParticles = (names: readonly string[]): readonly ParticleColumns[] => {
  const all = new Map<number, Partial<Record<Field, string>>>();
  for (const name of names) {
    const [, word = "", digits] = numbered.exec(name.trim()) ?? [];
    const field = fieldOf(word);
    if (field) add(all, Number(digits), field, name);
  }
  return complete(all)
    .sort(([a], [b]) => a - b)
    .map(([, columns]) => columns);
};

/** Columns of collections, as in `Muon_pt, Muon_eta, Muon_phi, Muon_charge` and `Jet_Px, ...`, by their name. */
export const namedCollections = (names: readonly string[]): ReadonlyMap<string, ParticleColumns> => {
  const all = new Map<string, Partial<Record<Field, string>>>();
  for (const name of names) {
    const at = name.lastIndexOf("_");
    const field = at > 0 ? fieldOf(name.slice(at + 1)) : undefined;
    if (field) add(all, name.slice(0, at), field, name);
  }
  return new Map(complete(all));
};

/** Columns of a table that has a row for each particle, as in `event, px, py, pz, E, pdg`. */
export const particleRows = (
  names: readonly string[],
): { readonly event: string; readonly columns: ParticleColumns } | undefined => {
  const event = names.find((name) => /^(event|event_?(id|number|no)|i_?event|evt)$/i.test(name.trim()));
  const all = new Map<0, Partial<Record<Field, string>>>();
  for (const name of names) {
    const field = fieldOf(name.trim());
    if (field) add(all, 0, field, name);
  }
  const columns = all.get(0) ?? {};
  return event !== undefined && isMomentum(columns) ? { event, columns } : undefined;
};

/** Whether the columns of a table hold the momenta of particles: of two numbered ones, or of one in each row. */
export const areEventColumns = (names: readonly string[]): boolean =>
  Array.isArray(names) &&
  names.every((name) => typeof name === "string") &&
  (numberedParticles(names).length > 1 || particleRows(names) !== undefined);
