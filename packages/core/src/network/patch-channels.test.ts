import { ndarray, type Shape } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { normal } from "../random/normal.ts";
import { computed } from "./evaluate.case.ts";
import { fromPatchChannels, patchedShape, toPatchChannels } from "./patch-channels.ts";
import { unet } from "./unet.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

describe("patches as channels", () => {
  test("are the squares of each channel", async () => {
    const x = ndarray(
      Float32Array.from({ length: 32 }, (_, i) => i),
      [1, 2, 4, 4],
    );
    const { data, shape } = await computed(runtime, (h) => toPatchChannels(h!, 2), x);
    expect(shape).toEqual([1, 8, 2, 2]);
    expect(Array.from({ length: 8 }, (_, channel) => data[4 * channel + 1])).toEqual([2, 3, 6, 7, 18, 19, 22, 23]);
  });

  for (const [shape, patch] of [
    [[2, 6], 3],
    [[3, 4, 6], 2],
    [[2, 2, 4, 6], 2],
  ] as [Shape, number][])
    test(`of [${shape}] are put together again`, async () => {
      const x = normal([2, ...shape], { seed: 1 });
      const cut = await computed(runtime, (h) => toPatchChannels(h!, patch), x);
      expect(cut.shape.slice(1)).toEqual(patchedShape("test", shape, patch));
      expect(await computed(runtime, (h) => fromPatchChannels(toPatchChannels(h!, patch), patch).add(0), x)).toEqual(x);
    });

  test("a size that is no multiple of the patch is refused", () => {
    expect(() => unet({ width: 16, multipliers: [1, 2], patch: 2 }).initialise([1, 8, 7], 0)).toThrow(
      "multiples of the patch, 2, found [1,8,7]",
    );
  });
});
