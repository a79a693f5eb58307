/** What a graph is. */

/**
 * A graph of causes over named variables. An entry of `edges` is 1 where an edge goes from one variable to another. A pair with
 * both entries is an edge whose direction is open, as in a CPDAG. No entry joins a variable to itself.
 */
export interface Graph {
  readonly names: readonly string[];
  /** [names, names] by rows: `edges[from * names.length + to]` is 1 or 0. */
  readonly edges: Uint8Array;
}

/** An edge in words: `directed` is false where the direction is open, and then it stands once. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly directed: boolean;
}
