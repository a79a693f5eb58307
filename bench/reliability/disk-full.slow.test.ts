import { expect, test } from "vitest";
import { campaign } from "./campaign.ts";

test("on disks that refuse, commands leave the old file or none, say why, and a training goes on later", () => {
  const { code, output } = campaign("disk-full.ts", "--only", "train,likelihood,output");
  expect(code, output).toBe(0);
  expect(output).toMatch(/^\d+ cases, 0 failures$/m);
});
