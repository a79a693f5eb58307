/** Sounds played faster or slower. No Node module is used here. */

/** Numbers of a window up to its last that is not 0. */
export const activeLength = (window: ArrayLike<number>): number => {
  let end = window.length;
  while (end > 0 && window[end - 1] === 0) end--;
  return end;
};

/** A sound played at another speed, by straight lines between its numbers; as long as it is, cut at `most`. */
export const atSpeed = (sound: ArrayLike<number>, count: number, speed: number, most: number): Float64Array => {
  const length = Math.max(1, Math.min(most, Math.floor((count - 1) / speed)));
  const played = new Float64Array(length);
  for (let t = 0; t < length; t++) {
    const before = Math.floor(t * speed);
    const share = t * speed - before;
    played[t] = sound[before]! * (1 - share) + sound[Math.min(count - 1, before + 1)]! * share;
  }
  return played;
};
