/**
 * Networks for images beside PyTorch: `npm run bench bench/unet.ts`, about eight minutes; parts of it by name, as in
 * `npm run bench bench/unet.ts -- --only train,sample`. Prints Markdown.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { summary } from "@scorefield/core";
import { native } from "@scorefield/tensor/native";
import { profile } from "../packages/tensor/src/testing/profile.ts";
import { type Benchmark, compare, type Result, type Round, ratio, table } from "./harness.ts";
import { type NetworkName, networks } from "./networks.ts";
import { peakGigaflops } from "./peak.ts";
import { coldStart, findPython, machine, startPeer } from "./peer.ts";
import { sampleStep, trainStep, type Work } from "./steps.ts";

const parts = ["train", "sample", "memory", "large", "profile", "scaling"] as const;
type Part = (typeof parts)[number];
type Kind = "train" | "sample";

const { values } = parseArgs({
  options: { only: { type: "string", default: parts.join() }, rounds: { type: "string", default: "5" } },
});
const chosen = values.only.split(",") as Part[];
const unknown = chosen.find((part) => !parts.includes(part));
if (unknown !== undefined) throw new Error(`--only: expected some of ${parts.join(", ")}; found ${unknown}`);
const rounds = Number(values.rounds);

const python = await findPython();
const peer = python ? await startPeer(python, "unet") : undefined;
console.log(`${machine()}${peer ? `; ${peer.about}` : ""}`);

const runtime = native();
const makers: Record<Kind, (...args: Parameters<typeof trainStep>) => Promise<Work>> = {
  train: trainStep,
  sample: sampleStep,
};

/** GFLOP of a step: two per multiply-add, and twice the forward pass again for the gradients. */
const gigaflops = (kind: Kind, network: NetworkName, side: number, batch: number): number =>
  (summary(networks[network].make(), [1, side, side]).multiplyAdds * 2 * batch * (kind === "train" ? 3 : 1)) / 1e9;

const milliseconds =
  (step: Work, seconds = 1): Round =>
  async () => {
    const start = performance.now();
    for (let count = 0; ; ) {
      count += await step.run();
      const elapsed = performance.now() - start;
      if (count >= 2 && elapsed >= seconds * 1000) return elapsed / count;
    }
  };

const measure = async (
  kind: Kind,
  network: NetworkName,
  [side, batch]: readonly [number, number],
  { goal, layouts = ["channels_last", "contiguous"] }: { goal?: number; layouts?: readonly string[] } = {},
): Promise<Result> => {
  const step = await makers[kind](networks[network].make(), batch, side, runtime);
  const peers = peer
    ? Object.fromEntries(
        layouts.map((layout) => [`torch ${layout}`, peer.round(`${kind}/${network}/${side}/${batch}/${layout}`)]),
      )
    : {};
  const name = `${networks[network].title}, ${kind} step, ${side}x${side}, batch ${batch}`;
  const benchmark: Benchmark = { name, unit: "ms", better: "lower", ours: milliseconds(step), peers };
  try {
    return await compare(goal === undefined ? benchmark : { ...benchmark, goal }, { rounds });
  } finally {
    await step.dispose();
  }
};

const heading = (text: string): void => console.log(`\n### ${text}\n`);
const row = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;

const run: Record<Part, () => Promise<void>> = {
  train: async () => {
    heading("Training step");
    const result = await measure("train", "unet", [32, 64], { goal: 1 });
    const gigaflop = gigaflops("train", "unet", 32, 64);
    const rate = gigaflop / (result.contestants[0]!.median / 1000);
    const peak = await peakGigaflops(runtime);
    console.log(table([result]));
    console.log(
      `\n${gigaflop.toFixed(0)} GFLOP per step: ${rate.toFixed(0)} GFLOP/s, ${((rate / peak) * 100).toFixed(0)} % of the ` +
        `${peak.toFixed(0)} GFLOP/s of a matrix product of 1024 x 1024 x 1024.`,
    );
  },
  sample: async () => {
    heading("Sampling step, weights as constants");
    const results: Result[] = [];
    for (const [batch, goal] of [
      [1, 1.5],
      [16, 1.3],
      [64, 1.3],
    ] as const)
      results.push(await measure("sample", "unet", [32, batch], { goal }));
    console.log(table(results));
  },
  memory: async () => {
    heading("Peak memory of a process that trains, MB");
    const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
    const name = ["unet", "32", "64"];
    const ours = [process.execPath, ...process.execArgv, file("unet-memory.ts"), ...name] as [string, ...string[]];
    console.log(row(["contestant", "MB"]));
    console.log(row(["---", "---"]));
    console.log(row(["scorefield", Math.round((await coldStart(ours)).peakMegabytes)]));
    for (const layout of python ? ["channels_last", "contiguous"] : []) {
      const round = ["train", ...name, layout].join("/");
      const { peakMegabytes } = await coldStart([python!, "-B", file("peers/unet.py"), "--peak", round]);
      console.log(row([`torch ${layout}`, Math.round(peakMegabytes)]));
    }
  },
  large: async () => {
    heading("Networks of ten million parameters");
    const results = [];
    for (const network of ["unet-10m", "dit-10m"] as const)
      for (const kind of ["train", "sample"] as const)
        results.push(
          await measure(kind, network, [32, 16], {
            layouts: network === "dit-10m" ? ["contiguous"] : ["channels_last"],
          }),
        );
    console.log(table(results));
  },
  profile: async () => {
    heading("Where the time goes, by operation");
    console.log(row(["step", "operation", "nodes", "ms", "share"]));
    console.log(row(["---", "---", "---", "---", "---"]));
    for (const kind of ["train", "sample"] as const) {
      const shares = await profile(async (runtime) => {
        const step = await makers[kind](networks.unet.make(), 64, 32, runtime);
        for (let i = 0; i < 4; i++) await step.run();
        await step.dispose();
      });
      const total = shares.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
      for (const [i, { operation, nodes, milliseconds }] of shares.slice(0, 14).entries())
        console.log(
          row([
            i ? "" : kind,
            operation,
            nodes,
            milliseconds.toFixed(1),
            `${((100 * milliseconds) / total).toFixed(1)} %`,
          ]),
        );
      console.log(row(["", "all", shares.reduce((sum, { nodes }) => sum + nodes, 0), total.toFixed(1), "100 %"]));
    }
  },
  scaling: async () => {
    heading("Cost against batch size and resolution, training step");
    console.log(row(["side", "batch", "ms", "ms per image", "GFLOP/s", "better than torch channels_last by"]));
    console.log(row(["---", "---", "---", "---", "---", "---"]));
    const sizes = [
      [32, 4],
      [32, 16],
      [32, 64],
      [16, 64],
      [64, 16],
    ] as const;
    for (const size of sizes) {
      const result = await measure("train", "unet", size, { layouts: ["channels_last"] });
      const ms = result.contestants[0]!.median;
      const rate = gigaflops("train", "unet", size[0], size[1]) / (ms / 1000);
      const times = peer ? `${ratio(result, "torch channels_last").toFixed(2)}x` : "";
      console.log(row([...size, ms.toFixed(1), (ms / size[1]).toFixed(2), rate.toFixed(0), times]));
    }
  },
};

try {
  for (const part of parts) if (chosen.includes(part)) await run[part]();
} finally {
  await peer?.stop();
  await runtime.dispose();
}
