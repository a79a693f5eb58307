/**
 * A kind of data of your own: directions of the wind in degrees, where 359 lies beside 1. The model sees them as points of
 * the circle, and gives them back as degrees. The rest is as for rows of a table.
 * `npx tsx examples/own-domain.ts`, some seconds; writes wind.csv, new-wind.csv and a run, wind-run.
 */
import { ArgumentError, assessRun, createRun, loadRun, normal, readTable, sample, trainRun } from "scorefield";
import { setting } from "scorefield/core";
import { arraySamples, type Codec, defineDomain } from "scorefield/domain";
import { type FloatType, type NdArray, ndarray } from "scorefield/tensor";

const radian = Math.PI / 180;

// Between degrees [n, 1] and points near the unit circle [n, 2].
const circle: Codec = {
  stored: { kind: "circle" },
  encode: ({ data, shape: [n = 0] }) =>
    ndarray(
      Float32Array.from({ length: 2 * n }, (_, k) => Math[k % 2 === 0 ? "cos" : "sin"](data[k >> 1]! * radian)),
      [n, 2],
    ),
  decode: ({ data, shape: [n = 0] }) =>
    ndarray(
      Float64Array.from({ length: n }, (_, i) => (Math.atan2(data[2 * i + 1]!, data[2 * i]!) / radian + 360) % 360),
      [n, 1],
    ),
  // A point of the plane has a density, and a direction has another, of all points that lie in it.
  smooth: false,
  because: "the circle",
};

const read = async (path: string) => {
  const { columns, values } = await readTable(path);
  const { createHash } = await import("node:crypto");
  return arraySamples(values, { columns, sha256: createHash("sha256").update(values.data).digest("hex") });
};

export const wind = defineDomain({
  kind: "wind",
  title: "directions of the wind",
  samples: "directions",
  settings: { path: setting.path({ help: "A .csv file with a column of degrees" }) },
  paths: () => ["path"],
  recognises: (source) =>
    typeof source === "string" && source.endsWith(".csv") ? { kind: "wind", path: source } : undefined,
  read: async (settings, { folder = "." } = {}) => ({ samples: await read(`${folder}/${settings.path}`), settings }),
  given: async (path) => ({ samples: await read(path) }),
  codecs: () => ["circle"],
  fit: async () => circle,
  codec: ({ kind }) => {
    if (kind !== "circle") throw new ArgumentError(`wind: expected the codec circle, found ${kind}`);
    return circle;
  },
});

// The wind blows from the north, to either side of 0, twice as often as from the south-east.
const from = (centre: number, spread: number, count: number, seed: number): NdArray<FloatType>["data"] =>
  normal([count], { seed, dtype: "float64" }).data.map((z) => (centre + spread * z + 360) % 360);
const degrees = Float64Array.of(...from(0, 15, 2000, 1), ...from(135, 20, 1000, 2));
const made = { shape: [1], columns: ["degrees"] };
await wind.write("wind.csv", ndarray(degrees, [3000, 1]), made);

const training = { steps: 1500, learningRate: 3e-3 };
const prepared = await createRun(
  { data: "wind.csv", network: { width: 64 }, training },
  { out: "wind-run", domain: wind, overwrite: true },
);
for await (const { step, loss } of trainRun(prepared))
  if (step % 500 === 0) console.log(`step ${step}, loss ${loss.toFixed(3)}`);

const run = await loadRun("wind-run", { domain: wind });
const samples = run.toData(await sample(run.model, { count: 2000, sampler: run.sampler, seed: 1 }));
await wind.write("new-wind.csv", samples, run.made);
console.log("wrote new-wind.csv");

const { measures } = await assessRun(run, { count: 500 });
for (const { name, samples, real } of measures.slice(0, 4))
  console.log(`${name}: samples ${samples.value?.toFixed(2)}, other real data ${real?.value?.toFixed(2)}`);

// A standard error of this share of 2,000 samples is 0.011.
const north = samples.data.filter((value) => value < 60 || value > 300).length / samples.data.length;
console.log(`share of directions from the north ${north.toFixed(3)}, in the data ${(2 / 3).toFixed(3)}`);
if (Math.abs(north - 2 / 3) > 0.06) throw new Error("the check failed: the samples are not like the data");
console.log("check passed");
