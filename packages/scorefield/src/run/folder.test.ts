import { resolve } from "node:path";
import { expect, test } from "vitest";
import { runName } from "./folder.ts";

test("a run is named after its data, and never hidden, reserved, or the folder of all runs", () => {
  const here = runName(resolve("."));
  for (const [source, name] of [
    ["photos/", "photos"],
    ["../data/table.csv.gz", "table"],
    [".", here],
    ["./", here],
    ["photos/..", here],
    ["photos/.hidden", "hidden"],
    ["..photos", "photos"],
    ["...", "run"],
    ["-x.csv", "x"],
    ["a b/c d!.csv", "c-d-"],
    ["con.csv", "_con"],
    ["moons", "moons"],
    ["/", "run"],
  ] as const)
    expect(runName(source), source).toBe(name);
  expect(here).toMatch(/^[^.]/);
});
