import { expect, test } from "vitest";
import { campaign } from "./campaign.ts";

test("trainings that are killed again and again end with the bits of one that was not", () => {
  const { code, output } = campaign("kill-and-resume.ts", "--kills", "20", "--seed", "2");
  expect(code, output).toBe(0);
  expect(output).toMatch(/^20 kills in/m);
});
