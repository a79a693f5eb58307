/** A flow map with all its steps as one ONNX file: noise in, samples out. */
import type { Exported } from "@scorefield/tensor";
import { checkFlowMap, type FlowMap } from "../model/flow-map/flow-map.ts";
import { checkOptions, type Known } from "../part/check-options.ts";
import {
  checkDecode,
  type SamplerNoise,
  type SamplerOnnxOptions,
  samplerNoise,
  samplerToOnnx,
  type UnrolledOptions,
} from "./compile-sampler.ts";
import { type FlowMapSteps, flowMapLoop } from "./flow-map-samples.ts";

/** What a file of a flow map is made for: the number of samples, and the steps. */
export interface FlowMapOnnxOptions
  extends UnrolledOptions,
    FlowMapSteps,
    Pick<SamplerOnnxOptions, "externalData" | "decode"> {}

const knownNoise = { count: true, steps: true, renoise: true, times: true } as const;
const known = {
  ...knownNoise,
  dtype: true,
  externalData: true,
  decode: true,
} satisfies Known<FlowMapOnnxOptions>;

/**
 * A flow map and its steps as the bytes of one ONNX file with standard operators only. Its inputs and its output are those of
 * `samplerToOnnx`: `input.0.prior` [count, ...shape], `input.0.draws` [steps - 1, count, ...shape] where fresh noise is added
 * between steps, and `input.1.class` [count, classes] of a map that knows classes. `flowMapNoise` gives the noise of a seed.
 *
 *     await writeFile("digits.onnx", flowMapToOnnx(map, { count: 16, steps: 1 }));
 *
 * Of a map of latents, `decode: codec.decode` puts the decoder into the same file, whose output is then data.
 *
 * @throws ArgumentError for options out of range or unknown; RuntimeError for 2 GiB of weights or more in one file
 */
export const flowMapToOnnx = <const O extends FlowMapOnnxOptions>(map: FlowMap, options: O): Exported<O> => {
  const owner = "flowMapToOnnx";
  checkFlowMap(owner, map);
  checkOptions(owner, options, known);
  const { steps, renoise, times, ...rest } = options;
  checkDecode(owner, rest.decode);
  const { model, sampler } = flowMapLoop(owner, map, { steps, renoise, times });
  return samplerToOnnx(model, sampler, rest as SamplerOnnxOptions) as Exported<O>;
};

/**
 * The draws that `sampleFlowMap` takes for these samples, as `flowMapToOnnx`'s file takes them.
 * @throws ArgumentError for options out of range or unknown
 */
export const flowMapNoise = (
  map: FlowMap,
  options: Omit<FlowMapOnnxOptions, "externalData" | "dtype" | "decode"> & {
    readonly seed?: number;
    readonly firstSample?: number;
  },
): SamplerNoise => {
  const owner = "flowMapNoise";
  checkFlowMap(owner, map);
  checkOptions(owner, options, { ...knownNoise, seed: true, firstSample: true });
  const { steps, renoise, times, ...rest } = options;
  const { model, sampler } = flowMapLoop(owner, map, { steps, renoise, times });
  return samplerNoise(model, sampler, rest);
};
