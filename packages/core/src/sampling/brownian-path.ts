/** Brownian motion ahead of a sample whose steps may fail. */

/** The increment over a stretch of the way. */
interface Piece {
  readonly length: number;
  readonly change: Float64Array;
}

export interface BrownianPath {
  /**
   * The increment over the next `length`. What was asked for before and not passed is kept: a stretch known as a whole is
   * split by the Brownian bridge, and one past what is known is new.
   * @param draw standard normal draws, independent of those before; used where something is not known yet
   */
  ahead(length: number, draw: ArrayLike<number>): Float64Array;
  /** Goes to the end of what was last asked for. */
  pass(): void;
}

/**
 * Rejection sampling with memory (Rackauckas & Nie 2017): the noise of a failed step is not thrown away. Otherwise only
 * the noise of steps that succeed would be kept, and that noise is not normal. Given W(l) = w, W(q l) is N(q w, q (1 -
 * q) l).
 * @param size numbers in a sample
 */
export const brownianPath = (size: number): BrownianPath => {
  // From here on, nearest first.
  const pieces: Piece[] = [];
  let asked = 0;
  return {
    ahead: (length, draw) => {
      const total = new Float64Array(size);
      const add = ({ change }: Piece): void => {
        for (let j = 0; j < size; j++) total[j]! += change[j]!;
      };
      let left = length;
      asked = 0;
      for (; asked < pieces.length && pieces[asked]!.length <= left; asked++) {
        add(pieces[asked]!);
        left -= pieces[asked]!.length;
      }
      if (left <= 0) return total;
      const whole = pieces[asked];
      const share = whole ? left / whole.length : 0;
      const deviation = Math.sqrt(left * (1 - share));
      const near = Float64Array.from(
        { length: size },
        (_, j) => share * (whole?.change[j] ?? 0) + deviation * draw[j]!,
      );
      const piece = { length: left, change: near };
      const rest = whole && { length: whole.length - left, change: whole.change.map((w, j) => w - near[j]!) };
      pieces.splice(asked++, whole ? 1 : 0, piece, ...(rest ? [rest] : []));
      add(piece);
      return total;
    },
    pass: () => {
      pieces.splice(0, asked);
      asked = 0;
    },
  };
};
