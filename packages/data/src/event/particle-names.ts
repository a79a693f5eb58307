/** Names of particles by their numbers of the Particle Data Group, as generators of events write them. */

/** Light quarks, the bottom quark and the gluon are seen as jets: one name stands for all of them. */
const partons: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 21]);

/** The name of what a parton becomes. */
export const jetName = "j";

const names: Readonly<Record<number, string>> = {
  6: "t",
  [-6]: "t~",
  11: "e-",
  [-11]: "e+",
  12: "ve",
  [-12]: "ve~",
  13: "mu-",
  [-13]: "mu+",
  14: "vm",
  [-14]: "vm~",
  15: "tau-",
  [-15]: "tau+",
  16: "vt",
  [-16]: "vt~",
  22: "gamma",
  23: "z",
  24: "w+",
  [-24]: "w-",
  25: "h",
  211: "pi+",
  [-211]: "pi-",
  2212: "p+",
  [-2212]: "p-",
};

const numbers = new Map([
  ...Object.entries(names).map(([number, name]) => [name, Number(number)] as const),
  [jetName, 21] as const,
]);

/** Masses in GeV of particles whose momenta are given without a mass (Particle Data Group 2024). */
const masses: Readonly<Record<string, number>> = {
  e: 0.000510999,
  mu: 0.105658,
  tau: 1.77693,
  pi: 0.13957,
  p: 0.938272,
};

/** The name of a particle: `mu-`, `j` for a light quark, a bottom quark or a gluon, the number itself where it has no name here. */
export const particleName = (number: number): string =>
  partons.has(Math.abs(number)) ? jetName : (names[number] ?? `${number}`);

/** The number of a named particle, 21 (a gluon) for `j`; undefined for a name that stands for no particle. */
export const particleNumber = (name: string): number | undefined =>
  numbers.get(name) ?? (/^-?[1-9]\d{0,9}$/.test(name) ? Number(name) : undefined);

/** The mass in GeV of a kind without its charge, where it is known and above 0; else 0. */
export const massOfKind = (name: string): number => masses[name.replace(/[+-]$/, "")] ?? 0;
