/** A field that is no gradient: the score of N(0, I) and a rotation in the first two coordinates. */

import type { ScoreModel } from "@scorefield/core";
import { denoisedFromScore, edm, scheduleAt } from "@scorefield/core";
import { concat } from "@scorefield/tensor";

/** s(x) = -x + rate (-x_2, x_1, 0, ...): its Jacobian is -I and a rotation, at every time. */
export const rotation = (rate: number, size = 2): ScoreModel => {
  const process = edm();
  const score: NonNullable<ScoreModel["score"]> = (x) => {
    const [a, b] = [x.slice([null, [0, 1]]), x.slice([null, [1, 2]])];
    const turned = [b.multiply(-rate), a.multiply(rate)];
    const rest = size > 2 ? [x.slice([null, [2, size]]).multiply(0)] : [];
    return concat([...turned, ...rest], 1).subtract(x);
  };
  return {
    process,
    shape: [size],
    score,
    denoise: (x, t) => denoisedFromScore(score(x, t), x, scheduleAt(process, t, x)),
  };
};
