/** A line between known values of signals, computed inside a graph. */
import { concat, flip, max, pad, sliceAxis, type Tensor } from "@scorefield/tensor";

/** The nearest known value at or before each place, whether there is one, and how far it is. */
interface Nearest {
  readonly value: Tensor;
  readonly found: Tensor;
  readonly distance: Tensor;
}

/** Signals so many places later; zeros come in. */
const later = (x: Tensor, places: number): Tensor =>
  pad(sliceAxis(x, 1, 0, x.shape[1]! - places), [
    [0, 0],
    [places, 0],
  ]);

/**
 * Known values carried on to the places after them, in log2(places) rounds: each looks twice as far back as the one before (a
 * prefix scan; Hillis & Steele 1986).
 */
const carried = (value: Tensor, known: Tensor): Nearest => {
  const places = value.shape[1]!;
  let nearest: Nearest = { value, found: known, distance: known.multiply(0) };
  for (let step = 1; step < places; step *= 2) {
    const { value, found, distance } = nearest;
    const open = found.negate().add(1);
    const before = later(found, step);
    nearest = {
      value: value.add(open.multiply(later(value, step))),
      found: found.add(open.multiply(before)),
      distance: distance.add(open.multiply(later(distance, step).add(before.multiply(step)))),
    };
  }
  return nearest;
};

/**
 * The line between the known values of signals: between two of them it is straight, before the first and after the last it stays at
 * the nearest, and where nothing of a signal is known it is 0. It costs log2(places) rounds over the signals.
 * @param values [signals, places]: 0 where not known
 * @param known the same shape: 1 where known, else 0
 * @returns the same shape; at known places their values
 */
export const lineBetweenKnown = (values: Tensor, known: Tensor): Tensor => {
  const n = values.shape[0]!;
  // Backwards is forwards of what is flipped; both are one scan.
  const both = (x: Tensor): Tensor => concat([x, flip(x, 1)], 0);
  const { value, found, distance } = carried(both(values), both(known));
  const forward = (x: Tensor): Tensor => sliceAxis(x, 0, 0, n);
  const backward = (x: Tensor): Tensor => flip(sliceAxis(x, 0, n, 2 * n), 1);
  const [left, right] = [forward(value), backward(value)];
  const [isLeft, isRight] = [forward(found), backward(found)];
  const [fromLeft, fromRight] = [forward(distance), backward(distance)];
  // Neighbours weigh by the distance of the other; a known place is its own neighbour on both sides, at distance 0.
  const span = fromLeft.add(fromRight);
  const share = fromLeft.divide(max(span, 1));
  const between = left.add(right.subtract(left).multiply(share));
  const twoSided = isLeft.multiply(isRight);
  return between.multiply(twoSided).add(left.add(right).multiply(twoSided.negate().add(1)));
};
