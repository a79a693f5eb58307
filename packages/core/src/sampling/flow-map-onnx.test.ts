import { defaultRuntime, type NdArray, setDefaultRuntime, zeros } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { trainedFlowMap } from "../model/flow-map/trained-flow-map.ts";
import { decodeLatents } from "../model/latent/latents.ts";
import { principalCodec } from "../model/latent/principal-codec.ts";
import { mlp } from "../network/mlp.ts";
import { edm } from "../process/edm.ts";
import { normal } from "../random/normal.ts";
import { flowMapNoise, flowMapToOnnx } from "./flow-map-onnx.ts";
import { sampleFlowMap } from "./flow-map-samples.ts";

beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
afterAll(() => defaultRuntime().dispose());

const network = mlp({ width: 8, depth: 1, classes: 3, target: true });
const shape = [4];
/** Parameters that do something: those a network starts with give 0. */
const parameters = (() => {
  const tree = network.initialise(shape, 1);
  let seed = 0;
  const filled = (part: unknown): unknown => {
    if (typeof part !== "object" || part === null) return part;
    if ("data" in part) return { ...normal((part as NdArray).shape, { seed: seed++ }), dtype: "float32" };
    if (Array.isArray(part)) return part.map(filled);
    return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, filled(value)]));
  };
  return filled(tree) as typeof tree;
})();

test.each([
  ["any", 1, undefined],
  ["any", 4, undefined],
  ["any", 4, 0.5],
  ["data", 1, undefined],
  ["data", 4, undefined],
] as const)(
  "one file of a map to %s in %i steps gives the samples of sampleFlowMap",
  async (target, steps, renoise) => {
    const map = trainedFlowMap({ process: edm(), network, sigmaData: 0.5, target }, parameters, shape);
    const how = { count: 5, steps, ...(renoise !== undefined && { renoise }) };
    const labels = [0, 1, 2, 0, 1];
    const expected = await sampleFlowMap(map, { ...how, seed: 3, given: { class: labels } });
    const session = await defaultRuntime().load(flowMapToOnnx(map, how));
    const { prior, draws } = flowMapNoise(map, { ...how, seed: 3 });
    const rows = zeros([5, 3]);
    for (const [i, k] of labels.entries()) rows.data[3 * i + k] = 1;
    expect(draws !== undefined).toBe(steps > 1 && (target === "data" || renoise !== undefined));
    const [found] = await session.run([...(draws ? [draws] : []), prior, rows]);
    const scale = Math.max(...Array.from(expected.data, (value) => Math.abs(value)));
    expect(scale).toBeGreaterThan(0.1);
    for (const [i, value] of expected.data.entries())
      expect(Math.abs(value - Number(found!.data[i]))).toBeLessThan(1e-5 * scale);
    await session.dispose();
  },
);

test("what follows the steps is in the same file, such as the decoder of a codec", async () => {
  const codec = principalCodec(normal([40, 2, 3], { seed: 8, dtype: "float64" }), { rank: 4 });
  const map = trainedFlowMap({ process: edm(), network, target: "any" }, parameters, codec.latent);
  const how = { count: 5, steps: 2 };
  const expected = await decodeLatents(codec, await sampleFlowMap(map, { ...how, seed: 3 }));
  const session = await defaultRuntime().load(flowMapToOnnx(map, { ...how, decode: codec.decode }));
  const [found] = await session.run([flowMapNoise(map, { ...how, seed: 3 }).prior, zeros([5, 3])]);
  expect(found!.shape).toEqual([5, 2, 3]);
  const scale = Math.max(...expected.data.map(Math.abs));
  expect(scale).toBeGreaterThan(0.1);
  for (const [i, value] of expected.data.entries())
    expect(Math.abs(value - Number(found!.data[i]))).toBeLessThan(1e-5 * scale);
  await session.dispose();
  expect(() => flowMapToOnnx(map, { ...how, decode: codec as never })).toThrow(
    /flowMapToOnnx decode: expected a function/,
  );
});

test("refuses what it does not know", () => {
  const map = trainedFlowMap({ process: edm(), network, target: "data" }, parameters, shape);
  expect(() => flowMapToOnnx(map, { count: 1, seed: 3 } as never)).toThrow(ArgumentError);
  expect(() => flowMapToOnnx(map, { count: 0 })).toThrow(ArgumentError);
  expect(() => flowMapToOnnx(map, { count: 1, steps: 2, renoise: 0 })).toThrow(/flowMapToOnnx renoise/);
  expect(() => flowMapNoise({} as never, { count: 1 })).toThrow(ArgumentError);
});
