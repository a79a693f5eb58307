/** Evenly spaced marks on the way through a training: when to look, to draw, to keep. */

/**
 * A function that says whether a mark has been passed since it was last asked.
 * @param count marks in all; the last one is the end
 * @param from where training begins, and `total` where it ends, in steps or as a share of 1
 */
export const evenMarks = (count: number, from: number, total: number): ((position: number) => boolean) => {
  const after = (position: number): number => ((Math.floor((position * count) / total) + 1) * total) / count;
  let next = after(from);
  return (position) => {
    if (position < next) return false;
    next = after(position);
    return true;
  };
};
