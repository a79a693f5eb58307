/** Columns that are sums of others in all rows. */
import { neededBreaks } from "./chance.ts";
import { type Correlations, correlationsOf, dependentGroups, shortRegression } from "./null-relations.ts";
import type { LinearRule } from "./rule.ts";
import { tidy } from "./rule-steps.ts";
import { sumText } from "./rule-text.ts";
import { pause, spreadRows, type ValueColumn } from "./table-values.ts";

const mostRows = 4_000;
const mostColumns = 40;

/** Rows that have all cells of these columns. */
const completeRows = (columns: readonly ValueColumn[]): Int32Array => {
  const n = columns[0]?.values.length ?? 0;
  const complete: number[] = [];
  for (let i = 0; i < n; i++) if (columns.every(({ values }) => !Number.isNaN(values[i]!))) complete.push(i);
  return Int32Array.from(complete);
};

/** As many columns as have enough rows with all cells; those that miss most are left out first. */
const usableColumns = (columns: readonly ValueColumn[]): { columns: ValueColumn[]; rows: Int32Array } => {
  const missing = new Map(
    columns.map((one) => [one, one.values.reduce((sum, value) => sum + (Number.isNaN(value) ? 1 : 0), 0)]),
  );
  let used = [...columns];
  for (;;) {
    const rows = completeRows(used);
    if (rows.length >= 2 * used.length + 20 || used.length < 2) return { columns: used, rows };
    const worst = used.reduce((a, b) => (missing.get(b)! > missing.get(a)! ? b : a));
    // No cell is missing: there are too few rows for so many columns.
    if (missing.get(worst) === 0) return { columns: [], rows };
    used = used.filter((one) => one !== worst);
  }
};

/** target = sum of coefficient times column + constant */
interface Candidate {
  readonly target: number;
  readonly terms: ReadonlyMap<number, number>;
  readonly constant: number;
  readonly within: number;
}

const denominators = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 25, 50, 60, 100, 1_000];

/** Coefficients as a person would write them, the simplest first. */
const simpleForms = (estimated: readonly number[]): number[][] => {
  const size = Math.min(...estimated.map(Math.abs));
  const forms = denominators.flatMap((q) => {
    const whole = estimated.map((value) => Math.round(value * q));
    const near = whole.every((value, k) => value !== 0 && Math.abs(value / q - estimated[k]!) <= 0.01 * size);
    return near ? [whole.map((value) => value / q)] : [];
  });
  const rounded = [3, 4, 6, 9].map((digits) => estimated.map((value) => Number(value.toPrecision(digits))));
  return [...forms, ...rounded];
};

const median = (values: Float64Array): number => values.slice().sort()[values.length >> 1]!;

/** The candidate in all rows: what it may be off by, or undefined where it does not hold. */
const verified = (
  columns: readonly ValueColumn[],
  { deviations }: Correlations,
  rows: Int32Array,
  target: number,
  terms: ReadonlyMap<number, number>,
): Candidate | undefined => {
  const used = [...terms];
  const restOf = (i: number): number => {
    let value = columns[target]!.values[i]!;
    for (const [j, by] of used) value -= by * columns[j]!.values[i]!;
    return value;
  };
  const size = (i: number): number =>
    used.reduce((sum, [j, by]) => sum + Math.abs(by * columns[j]!.values[i]!), Math.abs(columns[target]!.values[i]!));
  const steps = [target, ...terms.keys()].map((j) => columns[j]!.grid.step);
  const measured = steps.some((step) => step === undefined);
  // What the rounding of every column may add up to.
  const band = measured
    ? 0
    : tidy(used.reduce((sum, [j, by]) => sum + Math.abs(by) * columns[j]!.grid.step!, columns[target]!.grid.step!) / 2);
  // Few rows show of most candidates that they do not hold.
  const few = spreadRows(rows.length, 100).map((k) => rows[k]!);
  const fewRests = Float64Array.from(few, restOf).sort();
  const rounding = (measured ? 1e-6 : 1e-12) * few.reduce((most, i) => Math.max(most, size(i)), 0);
  if (fewRests.at(-1)! - fewRests[0]! > 2 * band + 4 * rounding) return undefined;
  const rest = Float64Array.from(rows, restOf);
  const middle = median(rest);
  const constants = [0, ...[0, 1, 2, 3, 6].map((decimals) => Number(middle.toFixed(decimals))), tidy(middle)];
  for (const within of [0, band])
    for (const constant of constants) {
      const allowed = (k: number): number =>
        within + (measured ? 1e-6 : 1e-12) * (size(rows[k]!) + Math.abs(constant) + within);
      if (rest.every((value, k) => Math.abs(value - constant) <= allowed(k)))
        // Beside what a column is rounded by, its own spread must be large.
        return within === 0 ||
          [[target, 1] as const, ...used].every(([j, by]) => within <= 0.05 * Math.abs(by) * deviations[j]!)
          ? { target, terms, constant: constant + 0, within }
          : undefined;
    }
  return undefined;
};

/** Would rows drawn from columns one by one break it often enough, and does each column count in enough rows? */
const isNoChance = (
  columns: readonly ValueColumn[],
  rows: Int32Array,
  { target, terms, constant, within }: Candidate,
): boolean => {
  const needed = neededBreaks((20 * columns.length) ** (terms.size + 1));
  const some = spreadRows(rows.length, mostRows).map((k) => rows[k]!);
  let breaks = 0;
  for (const [k, i] of some.entries()) {
    const other = some[(k + (some.length >> 1)) % some.length]!;
    let sum = constant;
    for (const [j, by] of terms) sum += by * columns[j]!.values[i]!;
    if (Math.abs(columns[target]!.values[other]! - sum) > within + 1e-9 * Math.abs(sum)) breaks++;
  }
  return (
    breaks >= needed &&
    [target, ...terms.keys()].every((j) => {
      const counts = new Map<number, number>();
      let most = 0;
      for (const i of some) {
        const value = columns[j]!.values[i]!;
        const count = (counts.get(value) ?? 0) + 1;
        counts.set(value, count);
        most = Math.max(most, count);
      }
      return some.length - most >= needed;
    })
  );
};

/** What a rule is as a sum that is equal to a constant, in its simplest form. */
interface Form {
  /** Numbers of columns and their coefficients, in the order of the columns. */
  readonly all: readonly (readonly [column: number, by: number])[];
  readonly constant: number;
  readonly within: number;
  /** How long it is to write. */
  readonly length: number;
}

/** The form with the shortest numbers: one column has coefficient 1, or all have whole ones. */
const shortestForm = (columns: readonly ValueColumn[], { target, terms, constant, within }: Candidate): Form => {
  const all = [[target, 1] as const, ...[...terms].map(([j, by]) => [j, -by] as const)].sort(
    ([a], [b]) => columns[a]!.at - columns[b]!.at,
  );
  const factors = [...all.map(([, by]) => 1 / by), ...denominators];
  const forms = factors.map((factor): Form => {
    const scaled = all.map(([j, by]) => [j, tidy(by * factor)] as const);
    const offset = tidy(constant * factor) + 0;
    const digits = scaled.map(([, by]) => (Math.abs(by) === 1 ? 0 : `${Math.abs(by)}`.length));
    const length = digits.reduce((sum, count) => sum + 1 + count, offset === 0 ? 0 : `${offset}`.length);
    const alone = scaled.some(([, by]) => Math.abs(by) === 1) ? 0 : 2;
    return { all: scaled, constant: offset, within: tidy(within * Math.abs(factor)), length: length + alone };
  });
  return forms.reduce((a, b) => (b.length < a.length ? b : a));
};

/**
 * Is a candidate no sum of those accepted? `basis` holds them in echelon form, in standard units, and takes it up. Those that
 * hold up to rounding only are the same if their coefficients are nearly so.
 */
const isNew = (basis: Map<number, Map<number, number>>, { all, within }: Form, deviations: Float64Array): boolean => {
  const vector = new Map(all.map(([j, by]) => [j, by * deviations[j]!]));
  const size = Math.max(...[...vector.values()].map(Math.abs));
  for (const [lead, row] of basis) {
    const by = vector.get(lead) ?? 0;
    if (by === 0) continue;
    for (const [j, value] of row) vector.set(j, (vector.get(j) ?? 0) - by * value);
    vector.delete(lead);
  }
  const [lead, left] = [...vector].reduce((a, b) => (Math.abs(b[1]) > Math.abs(a[1]) ? b : a), [-1, 0]);
  if (Math.abs(left) <= (within > 0 ? 0.02 : 1e-6) * size) return false;
  basis.set(lead, new Map([...vector].map(([j, value]) => [j, value / left])));
  return true;
};

/** `total = a + b`: on the left the last column that can stand there alone, best with a sign that no other has. */
const ruleOf = (columns: readonly ValueColumn[], { all, constant, within }: Form): LinearRule => {
  const name = (j: number): string => columns[j]!.column.name;
  const single = all.filter(([, by]) => Math.abs(by) === 1);
  const alone = single.filter(([j, by]) => all.every(([other, value]) => other === j || value * by < 0));
  const lead = alone.at(-1) ?? single.at(-1);
  const sign = Math.sign((lead ?? all[0]!)[1]);
  const turned = all.map(([j, by]) => [j, by * sign] as const);
  const left = turned.filter(([j, by]) => (lead ? j === lead[0] : by > 0));
  const right = turned.filter((term) => !left.includes(term)).map(([j, by]) => [name(j), -by] as const);
  const offset = constant * sign + 0;
  const text = `${sumText(left.map(([j, by]) => [name(j), by]))} = ${sumText(right, offset)}`;
  return {
    kind: "linear",
    coefficients: Object.fromEntries(turned.map(([j, by]) => [name(j), by])),
    relation: "=",
    constant: offset,
    ...(within > 0 && { within }),
    text: within > 0 ? `${text} within ${within}` : text,
  };
};

/**
 * Equalities that hold in all rows with all of their cells, such as `total = a + b`, `b = a` and `f = 1.8*c + 32`, exactly or up
 * to the rounding of their columns. Sums are found by regression on some of the rows, shortened while they stay exact,
 * given simple coefficients, and then checked in all rows. Those that follow from shorter ones are left out. Dates are not
 * looked at.
 * @returns the shortest first
 */
export const findEqualities = async (all: readonly ValueColumn[], signal?: AbortSignal): Promise<LinearRule[]> => {
  const { columns: usable, rows } = usableColumns(all.filter(({ column }) => column.kind !== "date"));
  if (rows.length < 20) return [];
  const some = spreadRows(rows.length, mostRows).map((k) => rows[k]!);
  // Without a spread in these rows a column has no correlations.
  const columns = usable.filter(({ values }) => some.some((i) => values[i] !== values[some[0]!]));
  if (columns.length < 2) return [];
  const correlations = correlationsOf(columns.map(({ values }) => Float64Array.from(some, (i) => values[i]!)));
  const { deviations } = correlations;
  const roundingOf = (j: number): number => Math.min(((columns[j]!.grid.step ?? 0) / deviations[j]!) ** 2, 1e-3);
  const groups = dependentGroups(correlations, some.length, (j) => Math.max(1e-9, roundingOf(j)));
  const found: Candidate[] = [];
  for (const [target, group] of groups.flatMap((columnsOf) => columnsOf.map((j) => [j, columnsOf] as const))) {
    await pause(signal);
    const others = group.filter((j) => j !== target).slice(0, mostColumns);
    for (const most of new Set([1e-10, Math.max(1e-9, roundingOf(target))])) {
      const singles = others.map((j) => shortRegression(correlations, target, [j], most));
      const orders = [others, [...others].reverse()].map((order) => shortRegression(correlations, target, order, most));
      for (const sum of [...singles, ...orders]) {
        if (!sum || sum.coefficients.size === 0) continue;
        const terms = [...sum.coefficients].sort(([a], [b]) => a - b);
        const estimated = terms.map(([j, by]) => (by * deviations[target]!) / deviations[j]!);
        for (const form of simpleForms(estimated)) {
          const simple = new Map(terms.map(([j], k) => [j, form[k]!]));
          const candidate = verified(columns, correlations, rows, target, simple);
          if (!candidate) continue;
          if (isNoChance(columns, rows, candidate)) found.push(candidate);
          break;
        }
      }
    }
  }
  const basis = new Map<number, Map<number, number>>();
  return found
    .map((candidate) => shortestForm(columns, candidate))
    .sort((a, b) => Number(a.within > 0) - Number(b.within > 0) || a.length - b.length)
    .filter((form) => isNew(basis, form, deviations))
    .map((form) => ruleOf(columns, form));
};
