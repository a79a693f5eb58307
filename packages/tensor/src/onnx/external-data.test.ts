import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import "../methods.ts";
import { toOnnx, traceOptimised } from "../compile.ts";
import { RuntimeError } from "../errors.ts";
import type { Tensor } from "../graph/tensor.ts";
import { matmul } from "../operation/matmul.ts";
import { constant } from "../operation/source.ts";
import { native } from "../runtime/native.ts";
import { randomArray } from "../testing/random.ts";
import { encodeModel } from "./encode.ts";
import { describeExternalData } from "./external-data.case.ts";
import { modelAndData, modelFile, modelFiles } from "./external-data.ts";

describeExternalData("native()", () => native({ threads: 1 }));

const [a, b] = [randomArray(1, [64, 64], { dtype: "float32" }), randomArray(2, [64, 65], { dtype: "float32" })];
const f = (x: Tensor): Tensor => matmul(matmul(x, constant(a)), constant(b)).multiply(0.5);
const graph = traceOptimised(f, [{ shape: [1, 64] }], { portable: true });
const bytes = 4 * (64 * 64 + 64 * 65 + 1);

describe("external data", () => {
  it("is used beyond a limit only, as views of the constants", () => {
    expect(modelFiles(graph)).toEqual({ model: encodeModel(graph), externalData: [] });
    expect(modelFiles(graph, bytes).externalData).toEqual([]);
    const { model, externalData } = modelFiles(graph, bytes - 1);
    expect(model.length).toBeLessThan(1000);
    expect(externalData.map(({ data }) => data.length)).toEqual([4 * 64 * 64, 4 * 64 * 65]);
    expect(externalData[0]!.data.buffer).toBe(a.data.buffer);
  });

  it("begins at pages of a file", () => {
    const { model, data } = modelAndData("toOnnx", graph, "weights.bin");
    expect(model.length).toBeLessThan(1000);
    expect(data.length).toBe(4 * (64 * 64 + 64 * 65));
    expect(new Float32Array(data.buffer, 0, 64 * 64)).toEqual(a.data);
    expect(new Float32Array(data.buffer, 4 * 64 * 64, 64 * 65)).toEqual(b.data);
  });

  it("is asked for where one file does not hold a model", () => {
    expect(modelFile("toOnnx", graph, bytes)).toEqual(toOnnx(f, [{ shape: [1, 64] }]));
    expect(() => modelFile("toOnnx", graph, bytes - 1)).toThrow(RuntimeError);
    expect(() => modelFile("toOnnx", graph, 2 ** 14)).toThrow(
      "toOnnx: expected less than 0.0000153 GiB of constants in one ONNX file, found 0.0000308 GiB; " +
        'pass { externalData: "weights.bin" } and write the file that is returned with it beside it',
    );
  });

  it("is found beside a model that is read from a folder", async () => {
    const folder = await mkdtemp(join(tmpdir(), "scorefield-external-"));
    const { model, data } = toOnnx(f, [{ shape: [1, 64] }], { externalData: "weights.bin" });
    await writeFile(join(folder, "model.onnx"), model);
    await writeFile(join(folder, "weights.bin"), data);
    const x = randomArray(3, [1, 64], { dtype: "float32" });
    const run = async (from: string | Uint8Array): Promise<unknown> => {
      const session = await InferenceSession.create(from as string, { logSeverityLevel: 4 });
      const { output } = await session.run({ "input.0": new OrtTensor("float32", x.data as Float32Array, x.shape) });
      await session.release();
      return output!.data;
    };
    expect(await run(join(folder, "model.onnx"))).toEqual(await run(toOnnx(f, [{ shape: [1, 64] }])));
    await rm(folder, { recursive: true });
  });
});
