import { expect, test } from "vitest";
import { kindText } from "./network-summary.ts";

test("a network in a line, without what is off", () => {
  const network = { kind: "unet", width: 32, multipliers: [1, 2], dropout: 0, skipRescale: true, classes: 0 };
  expect(kindText(network)).toBe("unet (width 32, multipliers 1,2, skipRescale true)");
  expect(kindText({ kind: "cosine" })).toBe("cosine");
});
