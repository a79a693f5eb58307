import { execFile } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { env, InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { toOnnx } from "../compile.ts";
import { valueAndGrad } from "../differentiate/differentiate.ts";
import type { Tensor } from "../graph/tensor.ts";
import { ndarray } from "../ndarray.ts";
import { silu } from "../operation/activation.ts";
import { add, multiply } from "../operation/arithmetic.ts";
import { conv } from "../operation/convolution.ts";
import { tanh } from "../operation/exponential.ts";
import { groupNorm } from "../operation/normalisation.ts";
import { constant } from "../operation/source.ts";
import { mean } from "../operation/statistics.ts";
import { randomArray } from "../testing/random.ts";
import { execute } from "./execute.ts";
import { native } from "./native.ts";
import { cacheFolder, createCached, type SessionCache } from "./session-cache.ts";

env.logLevel = "fatal";

const options: InferenceSession.SessionOptions = {
  executionProviders: ["cpu"],
  graphOptimizationLevel: "all",
  intraOpNumThreads: 1,
  logSeverityLevel: 4,
};

const x = randomArray(1, [2, 16, 6, 6], { dtype: "float32" });
const filters = randomArray(2, [16, 16, 3, 3], { dtype: "float32" });

const network = (input: Tensor, weight: Tensor): Tensor =>
  conv(silu(groupNorm(conv(input, weight, { padding: 1 }), 4)), weight, { padding: 1 });
/** Baked weights, which the runtime reorders; and weights that vary, with a gradient. */
const models = {
  evaluation: () => toOnnx((input) => network(input, constant(filters)), [x], { portable: false }),
  gradient: () =>
    toOnnx((input, weight) => valueAndGrad((w: Tensor) => mean(network(input, w)))(weight), [x, filters], {
      portable: false,
    }),
};

let folder = "";
let cache: SessionCache;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "scorefield-cache-"));
  cache = { folder, worthwhile: 0, sizes: [0, Number.POSITIVE_INFINITY] };
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const files = (): string[] => readdirSync(folder).sort();

/** Outputs of a session made through the cache, and whether it was optimised for that. */
const evaluate = async (model: Uint8Array, settings = cache, changed = options) => {
  const create = vi.spyOn(InferenceSession, "create");
  const session = await createCached(model, changed, settings);
  const optimised = create.mock.calls.at(-1)![1 as 0] as unknown as InferenceSession.SessionOptions;
  create.mockRestore();
  const inputs = session.inputNames.length === 1 ? [x] : [x, filters];
  const outputs = (await execute(session, inputs, OrtTensor)).map(({ data }) =>
    Buffer.from(new Uint8Array(data.buffer)),
  );
  await session.release();
  return { outputs, hit: optimised.graphOptimizationLevel === "disabled" };
};

describe("createCached", () => {
  it.each(Object.keys(models) as (keyof typeof models)[])(
    "gives the same outputs bit for bit from a kept model: %s",
    async (name) => {
      const model = models[name]();
      const session = await InferenceSession.create(model, options);
      const plain = await execute(session, session.inputNames.length === 1 ? [x] : [x, filters], OrtTensor);
      const first = await evaluate(model);
      const second = await evaluate(model);
      expect([first.hit, second.hit]).toEqual([false, true]);
      expect(second.outputs).toEqual(first.outputs);
      expect(second.outputs).toEqual(plain.map(({ data }) => Buffer.from(new Uint8Array(data.buffer))));
      expect(files()).toHaveLength(1);
      await session.release();
    },
  );

  it("tells models and options apart", async () => {
    expect((await evaluate(models.evaluation())).hit).toBe(false);
    expect((await evaluate(models.gradient())).hit).toBe(false);
    expect((await evaluate(models.evaluation(), cache, { ...options, intraOpNumThreads: 2 })).hit).toBe(false);
    expect(files()).toHaveLength(3);
    expect((await evaluate(models.evaluation())).hit).toBe(true);
  });

  it("makes a damaged, truncated or empty file anew", async () => {
    const model = models.evaluation();
    const { outputs } = await evaluate(model);
    const file = join(folder, files()[0]!);
    const good = readFileSync(file);
    const flipped = Buffer.from(good);
    flipped[good.length >> 1]! ^= 1;
    for (const bad of [flipped, good.subarray(0, good.length - 100), Buffer.alloc(0), Buffer.alloc(100)]) {
      writeFileSync(file, bad);
      expect(await evaluate(model)).toEqual({ outputs, hit: false });
      expect(await evaluate(model)).toEqual({ outputs, hit: true });
    }
  });

  it("goes on where the file is whole but no model", async () => {
    const model = models.evaluation();
    const { outputs } = await evaluate(model);
    const file = join(folder, files()[0]!);
    const { createHash } = await import("node:crypto");
    const nonsense = Buffer.from("not a model");
    writeFileSync(file, Buffer.concat([nonsense, createHash("sha256").update(nonsense).digest()]));
    expect(await evaluate(model)).toEqual({ outputs, hit: false });
    expect(await evaluate(model)).toEqual({ outputs, hit: true });
  });

  it("goes on without a folder that cannot be made", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    const { outputs, hit } = await evaluate(models.evaluation(), { ...cache, folder: join(file, "below") });
    expect(hit).toBe(false);
    expect(outputs).toEqual((await evaluate(models.evaluation())).outputs);
  });

  it("reports a model that is wrong as the runtime does, and leaves nothing behind", async () => {
    await expect(createCached(Uint8Array.of(1, 2, 3), options, cache)).rejects.toThrow(/ModelProto|protobuf/i);
    expect(files()).toEqual([]);
  });

  it("keeps only what took long enough, of the sizes where it pays", async () => {
    await evaluate(models.evaluation(), { ...cache, worthwhile: 60_000 });
    await evaluate(models.evaluation(), { ...cache, sizes: [2 ** 20, 2 ** 21] });
    expect(files()).toEqual([]);
  });

  it("removes what was not used for longest, and what ended processes left", async () => {
    const sizeOfKept = async (model: Uint8Array): Promise<number> => {
      await evaluate(model);
      const [name] = files();
      const { size } = statSync(join(folder, name!));
      rmSync(join(folder, name!));
      return size;
    };
    const sizes = [await sizeOfKept(models.gradient()), await sizeOfKept(models.evaluation())] as const;
    const age = (name: string, hours: number): void => {
      const time = new Date(Date.now() - hours * 3_600_000);
      utimesSync(join(folder, name), time, time);
    };
    await evaluate(models.evaluation());
    const used = files()[0]!;
    for (const [name, hours] of Object.entries({
      "old.optimised": 2,
      "older.optimised": 3,
      "left.tmp": 25,
      "busy.tmp": 1,
      "foreign.txt": 99,
    })) {
      writeFileSync(join(folder, name), Buffer.alloc(1000));
      age(name, hours);
    }
    age(used, 4);
    // Being used makes it the youngest; the new model, it and one of the others fit.
    expect((await evaluate(models.evaluation())).hit).toBe(true);
    await evaluate(models.gradient(), { ...cache, limit: sizes[0] + sizes[1] + 1000 });
    const added = files().find((name) => name.endsWith(".optimised") && name !== used && name !== "old.optimised");
    expect(files()).toEqual([added, used, "busy.tmp", "foreign.txt", "old.optimised"].sort());
    await evaluate(models.gradient(), { ...cache, limit: 0 }, { ...options, intraOpNumThreads: 2 });
    expect(files()).toEqual(["busy.tmp", "foreign.txt"]);
  });

  it("serves processes at the same time, where one finds the work of another", async () => {
    const model = join(folder, "model.onnx");
    writeFileSync(model, models.evaluation());
    const kept = join(folder, "kept");
    mkdirSync(kept);
    const module = new URL("../../dist/runtime/session-cache.js", import.meta.url).href;
    const code = `
      const { readFileSync } = await import("node:fs");
      const { createCached } = await import(${JSON.stringify(module)});
      const cache = { folder: ${JSON.stringify(kept)}, worthwhile: 0, sizes: [0, Infinity] };
      const options = ${JSON.stringify(options)};
      for (let i = 0; i < 20; i++)
        await (await createCached(readFileSync(${JSON.stringify(model)}), options, cache)).release();
    `;
    const run = () => promisify(execFile)(process.execPath, ["--input-type=module", "-e", code]);
    await Promise.all([run(), run(), run()]);
    expect(readdirSync(kept)).toHaveLength(1);
    const settings = { ...cache, folder: kept };
    const { outputs } = await evaluate(models.evaluation());
    expect(await evaluate(models.evaluation(), settings)).toEqual({ outputs, hit: true });
  });
});

describe("cacheFolder", () => {
  const sessions = (...parts: string[]): string => join(...parts, "sessions");

  it("takes the folder given, then the environment's, then the system's", () => {
    expect(cacheFolder("/given", { SCOREFIELD_CACHE: "/named" }, "linux")).toBe(sessions("/given"));
    expect(cacheFolder(undefined, { SCOREFIELD_CACHE: "/named" }, "linux")).toBe(sessions("/named"));
    expect(cacheFolder(undefined, { XDG_CACHE_HOME: "/x", SCOREFIELD_CACHE: "" }, "linux")).toBe(
      sessions("/x", "scorefield"),
    );
    expect(cacheFolder(undefined, { LOCALAPPDATA: "/local" }, "win32")).toBe(sessions("/local", "scorefield"));
    expect(cacheFolder(undefined, {}, "darwin")).toMatch(/Library.Caches.scorefield.sessions$/);
    expect(cacheFolder(undefined, {}, "linux")).toMatch(/\.cache.scorefield.sessions$/);
  });

  it("is left out where it is not wanted", () => {
    expect(cacheFolder(false, { SCOREFIELD_CACHE: "/named" }, "linux")).toBeUndefined();
    expect(cacheFolder(undefined, { SCOREFIELD_CACHE: "off" }, "linux")).toBeUndefined();
  });
});

describe("native({ cache })", () => {
  it("keeps a large graph for the next runtime, and nothing when switched off", async () => {
    // Many distinct steps, which the optimiser cannot join.
    const deep = (input: Tensor): Tensor => {
      let h = input;
      for (let i = 0; i < 2000; i++) h = tanh(add(multiply(h, input), 1 / (i + 1)));
      return h;
    };
    const model = toOnnx(deep, [{ shape: [4] }], { portable: false });
    const input = ndarray(Float32Array.of(0.5, -1, 2, 0.1));
    const outputs = async (choice: false | string) => {
      const runtime = native({ threads: 1, cache: choice });
      const session = await runtime.load(model);
      const [output] = await session.run([input]);
      await runtime.dispose();
      return output;
    };
    const plain = await outputs(false);
    expect(files()).toEqual([]);
    expect(await outputs(folder)).toEqual(plain);
    expect(readdirSync(join(folder, "sessions"))).toHaveLength(1);
    expect(await outputs(folder)).toEqual(plain);
  });
});
