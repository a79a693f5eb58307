import { Command } from "commander";
import { expect, test } from "vitest";
import { aboutData, withDataOptions } from "./data-options.ts";

const flagsOf = (...args: string[]) => withDataOptions(new Command()).parse(args, { from: "user" }).opts();

test("rules may be given several times, and are not split at commas", () => {
  const flags = flagsOf("--rule", '"a, b" <= c', "--rule", "found", "--columns", "a,b");
  expect(aboutData({ kind: "file" }, flags)).toEqual({ rules: ['"a, b" <= c', "found"], columns: ["a", "b"] });
  expect(() => aboutData({ kind: "images" }, flagsOf("--rule", "a <= b"))).toThrow(
    /--rule: expected a data file to apply it to, found/,
  );
});
