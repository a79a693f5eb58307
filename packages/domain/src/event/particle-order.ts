/**
 * The order in which an event's particles stand. Identical particles have no order of their own, so one is chosen: by
 * falling transverse momentum. With it, an event is one row and not many.
 */

const groups: readonly RegExp[] = [
  // Charged leptons, and particles that the file does not name.
  /^(e|mu|tau|l|x)[+-]?$/,
  // Bosons, photons and what else is seen.
  /^(gamma|z|h|w[+-])$/,
  /^v[emt]~?$/,
  /^(j|t~?)$/,
];

/** How many groups of kinds there are: charged leptons, bosons, neutrinos, jets, others. */
export const groupCount = groups.length + 1;

/** The group of a kind, from 0. */
export const groupOf = (kind: string): number => {
  const found = groups.findIndex((words) => words.test(kind));
  return found < 0 ? groups.length : found;
};

const charge = (kind: string): number => (kind.endsWith("-") ? 0 : kind.endsWith("+") ? 1 : 2);

/** The order of kinds: by group, then negative before positive before neutral, then by name. Below 0 where a stands first. */
export const compareKinds = (a: string, b: string): number =>
  groupOf(a) - groupOf(b) || charge(a) - charge(b) || (a < b ? -1 : a > b ? 1 : 0);

/** Kinds of a final state as its text, in order: "mu- mu+ j". */
export const processText = (kinds: readonly string[]): string => kinds.join(" ");

/** The kinds that the text of a final state names, in order. */
export const kindsOfProcess = (text: string): readonly string[] => text.split(" ");
