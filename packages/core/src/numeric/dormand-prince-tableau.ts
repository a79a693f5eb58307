/**
 * The coefficients of Dormand & Prince 1980 (table 2, "RK5(4)7M"): seven stages, of which the last is the first of the
 * next step. With k_i the slope at time c_i and state y + h sum_j a_ij k_j, the fifth-order solution is the last stage's
 * own state; its difference from the embedded fourth-order one, h sum_i error_i k_i, estimates the local error.
 */
export const dormandPrinceTableau = {
  c: [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1],
  a: [
    [],
    [1 / 5],
    [3 / 40, 9 / 40],
    [44 / 45, -56 / 15, 32 / 9],
    [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
    [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
    [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
  ],
  error: [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40],
} as const satisfies {
  readonly c: readonly number[];
  readonly a: readonly (readonly number[])[];
  readonly error: readonly number[];
};
