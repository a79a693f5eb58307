import { ArgumentError, setting } from "@scorefield/core";
import type { NdArray, Shape } from "@scorefield/tensor";
import { circulantParts } from "./circulant.ts";
import { declareOperator } from "./declare-operator.ts";
import { gradientSteps } from "./gradient-steps.ts";
import { onGrid } from "./kernels.ts";
import { type LinearParts, linearOperator } from "./linear-operator.ts";
import { validConvolution } from "./valid-convolution.ts";

const settings = {
  response: setting.array({
    rank: 1,
    help: "the response to an impulse at times 0, 1, ...: weights, such as of a room",
  }),
  edges: setting.choice({
    values: ["causal", "circular", "valid"],
    default: "causal",
    help: "before the start is silence; the ends meet; or only what the start does not touch is seen",
  }),
  ...gradientSteps("unless ends meet"),
};

/** Options of {@link timeConvolution}. */
export type TimeConvolutionOptions = Parameters<typeof timeConvolution>[0];

/** Zeros before the start, and then what they and the sample give: as long as the sample. */
const causal = (
  input: Shape,
  response: NdArray<"float64">,
): Pick<LinearParts, "output" | "apply" | "adjoint" | "normBound"> => {
  const before = response.data.length - 1;
  const [leading, length] = [input.slice(0, -1), input.at(-1)!];
  const whole = validConvolution("timeConvolution", [...leading, length + before], response);
  return {
    output: input,
    apply: (x) => whole.apply(x.pad([...x.shape.slice(1).map(() => [0, 0] as const), [before, 0]])),
    adjoint: (y) => whole.adjoint(y).slice([...y.shape.slice(1).map(() => null), [before, null]]),
    ...(whole.normBound !== undefined && { normBound: whole.normBound }),
  };
};

/**
 * A filter in time, the last axis: y[t] = sum over j of h[j] x[t - j]. Echo and the sound of a room, or of a sensor. With circular edges
 * all solutions are closed forms.
 * @throws ArgumentError for an empty response, or, with valid edges, one that is longer than the sample
 */
export const timeConvolution = declareOperator({
  kind: "time-convolution",
  name: "timeConvolution",
  family: "filters",
  summary: "a filter in time: echo, the response of a room or of a sensor",
  source: "Oppenheim & Schafer 2010, section 2.3",
  settings,
  make: ({ input, response, edges, steps }, about) => {
    if (response.data.length === 0) throw new ArgumentError("timeConvolution response: expected weights, found none");
    if (edges === "circular")
      return linearOperator({ ...about, ...circulantParts(input, onGrid(response, input.slice(-1), [0])) });
    const parts = edges === "causal" ? causal(input, response) : validConvolution("timeConvolution", input, response);
    return linearOperator({ ...about, ...parts, steps });
  },
});
