/** Networks for images, trained: every parameter takes part, and something real is learnt. */

import { glyphs } from "@scorefield/domain";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { edm } from "../process/edm.ts";
import { dataset } from "../training/dataset.ts";
import { flatLayout } from "../training/flat.ts";
import { train } from "../training/train.ts";
import { dit } from "./dit.ts";
import type { Network } from "./network.ts";
import { unet } from "./unet.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const { images, labels } = glyphs({ size: 8 })(2000, 0);
const classes = 10;

const networks: readonly [Network, learningRate: number][] = [
  [
    unet({ width: 16, multipliers: [1, 2], blocks: 1, attention: 4, dropout: 0.1, downsample: "stride", classes }),
    2e-3,
  ],
  [dit({ patch: 2, width: 32, depth: 2, headWidth: 16, classes }), 4e-3],
];

describe.each(networks)("$recipe.kind", (network, learningRate) => {
  test("the loss falls to half of the untrained network's within 100 steps, and every parameter moves", async () => {
    const losses: number[] = [];
    const training = train({
      data: dataset(images, labels.data),
      process: edm(),
      network,
      steps: 100,
      batch: 16,
      learningRate,
      seed: 1,
      runtime,
      onProgress: (event) => void losses.push(...event.losses),
    });
    let last: Float32Array | undefined;
    for await (const event of training) last = event.checkpoint.state.parameters.data as Float32Array;
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    // The rate rises from nothing over 10 steps: in the first ones the network is still at its start.
    const untrained = mean(losses.slice(0, 4));
    expect(untrained).toBeGreaterThan(0.8);
    expect(mean(losses.slice(-40))).toBeLessThan(0.5 * untrained);

    const initial = network.initialise([1, 8, 8], 1);
    const layout = flatLayout(initial);
    const before = layout.flatten(initial).data;
    for (const { name, offset } of layout.entries) expect(last![offset], name).not.toBe(before[offset]);
  });
});
