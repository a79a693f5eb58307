/** Explicit Runge-Kutta methods with an embedded estimate of their error, as data. */

/**
 * An explicit method whose last stage is the first of the next step. With k_i the slope at u + c_i h and the state
 * y + h sum_j a_ij k_j, the last stage's own state is the solution. h sum_i error_i k_i is its difference from the
 * embedded solution of the order below, which estimates the local error.
 */
export interface Tableau {
  readonly c: readonly number[];
  readonly a: readonly (readonly number[])[];
  readonly error: readonly number[];
}

/** Orders 5(4), of seven stages: Dormand & Prince 1980, table 2, "RK5(4)7M". */
export const dormandPrinceTableau: Tableau = {
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
};
