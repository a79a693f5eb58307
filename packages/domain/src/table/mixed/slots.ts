/** Between slots, which are scores and codes of levels, and the coordinates of a model's vector. */

/** Where a slot stands among the coordinates. */
export interface PlacedSlot {
  readonly from: number;
  readonly size: number;
  /** Of a category: what its level is in the model's units. 0 of a number. */
  readonly scale: number;
}

/** Writes slots [slots] into coordinates [width], which hold 0 or a category's jitter. */
export const placeSlots = (
  placed: readonly PlacedSlot[],
  slots: Float64Array | Float32Array,
  at: number,
  out: Float32Array,
  start: number,
): void => {
  for (let s = 0; s < placed.length; s++) {
    const { from, size, scale } = placed[s]!;
    if (size === 1) out[start + from] = slots[at + s]!;
    else out[start + from + slots[at + s]!]! += scale;
  }
};

/**
 * Reads coordinates as slots: of a category the level with the greatest coordinate.
 * @param banned a level of each slot that is not taken, -1 for none
 */
export const readSlots = (
  placed: readonly PlacedSlot[],
  data: ArrayLike<number>,
  start: number,
  slots: Float64Array,
  at: number,
  banned?: Int32Array,
): void => {
  for (let s = 0; s < placed.length; s++) {
    const { from, size } = placed[s]!;
    const first = start + from;
    if (size === 1) {
      slots[at + s] = data[first]!;
      continue;
    }
    const not = banned ? banned[s]! : -1;
    let best = not === 0 ? 1 : 0;
    for (let k = best + 1; k < size; k++) if (k !== not && data[first + k]! > data[first + best]!) best = k;
    slots[at + s] = best;
  }
};

/**
 * What the category of a slot adds to the log-volume of a row whose level is l: log P(l | y) - log q(y | l).
 *
 * q(y | l) = N(y; scale e_l, jitter^2 I) is the jitter. P(l | y) = softmax(scale y / jitter^2)_l = q(y | l) / sum over k of
 * q(y | k) is the chance of the level for a sampler that stops at y and draws its level. So the difference is
 * -log of the sum over k of q(y | k), whatever the level.
 */
export const categoryVolume = (
  { from, size, scale }: PlacedSlot,
  data: ArrayLike<number>,
  start: number,
  jitter: number,
): number => {
  const first = start + from;
  let squares = 0;
  let greatest = -Infinity;
  for (let k = 0; k < size; k++) {
    squares += data[first + k]! ** 2;
    greatest = Math.max(greatest, data[first + k]!);
  }
  let sum = 0;
  for (let k = 0; k < size; k++) sum += Math.exp((scale * (data[first + k]! - greatest)) / jitter ** 2);
  // |y - scale e_k|^2 = |y|^2 - 2 scale y_k + scale^2.
  const nearest = squares - 2 * scale * greatest + scale ** 2;
  return nearest / (2 * jitter ** 2) - Math.log(sum) + size * (0.5 * Math.log(2 * Math.PI) + Math.log(jitter));
};
