/** What `scorefield discover` found, before it is printed, written or drawn. */

/** An edge, and how sure it is. */
export interface FoundEdge {
  readonly from: string;
  readonly to: string;
  /** Whether its direction was found. */
  readonly directed: boolean;
  /** Share of resampled rows, or of drawn graphs, in which it was found, in [0, 1]. */
  readonly confidence?: number;
  /** Correlation of the two variables over all rows. */
  readonly correlation: number;
}

/** A network of causes that was found in rows. */
export interface FoundNetwork {
  readonly names: readonly string[];
  /** The surest first. */
  readonly edges: readonly FoundEdge[];
}
