/** Operators by the variable that they lead to, the best of them at hand. */
import type { Operator } from "./equivalence-class.ts";

/** A table of operators; those that were tried and led nowhere are left out until {@link OperatorTable.restore}. */
export interface OperatorTable {
  /** Takes the place of all operators to a variable, or of those that also come from one of `sources`. */
  replace(to: number, operators: readonly Operator[], sources?: ReadonlySet<number>): void;
  /** The best operator; in a tie, the one to the first variable, then that which was listed first. */
  best(): Operator | undefined;
  setAside(operator: Operator): void;
  restore(): void;
}

/** @param tie differences of gains up to this are ties */
export const operatorTable = (d: number, tie: number): OperatorTable => {
  const lists: Operator[][] = Array.from({ length: d }, () => []);
  const tops: (Operator | undefined)[] = new Array(d).fill(undefined);
  const aside = new Set<Operator>();
  const touched = new Set<number>();
  const refresh = (to: number): void => {
    let top: Operator | undefined;
    for (const operator of lists[to]!)
      if (!aside.has(operator) && operator.gain > (top?.gain ?? 0) + tie) top = operator;
    tops[to] = top;
  };
  return {
    replace: (to, operators, sources) => {
      lists[to] = sources
        ? [...lists[to]!.filter(({ from }) => !sources.has(from)), ...operators].sort((a, b) => a.from - b.from)
        : [...operators].sort((a, b) => a.from - b.from);
      refresh(to);
    },
    best: () => {
      let best: Operator | undefined;
      for (const top of tops) if (top && top.gain > (best?.gain ?? 0) + tie) best = top;
      return best;
    },
    setAside: (operator) => {
      aside.add(operator);
      touched.add(operator.to);
      refresh(operator.to);
    },
    restore: () => {
      aside.clear();
      for (const to of touched) refresh(to);
      touched.clear();
    },
  };
};
