import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { dataName, movePaths } from "./paths.ts";
import type { DataRecipe } from "./schema.ts";

const up = (path: string): string => `../${path}`;
const images = { kind: "images", path: "a", flip: false, damaged: "error" } as const;

test("every path moves, and nothing that is no path", () => {
  const file: DataRecipe = { kind: "file", path: "t.csv", label: "class", missing: "error" };
  expect(movePaths(file, up)).toEqual({ ...file, path: "../t.csv" });
  expect(movePaths({ ...images, labels: "b" } as DataRecipe, up)).toEqual({ ...images, path: "../a", labels: "../b" });
  expect(movePaths({ ...images, labels: "folders" } as DataRecipe, up)).toMatchObject({
    path: "../a",
    labels: "folders",
  });
  expect(movePaths({ ...images, path: "a.npz", labels: "y" } as DataRecipe, up)).toMatchObject({ labels: "y" });
  const set: DataRecipe = { kind: "set", set: "moons", count: 5, seed: 0 };
  expect(movePaths(set, up)).toEqual(set);
});

test("data are called by their path or name", () => {
  expect(dataName(images, "folder")).toBe(resolve(join("folder", "a")));
  expect(dataName({ kind: "set", set: "moons", count: 5, seed: 0 }, "x")).toBe("moons");
  expect(dataName({ kind: "glyphs", size: 8, greyscale: true, count: 5, seed: 0 }, "x")).toBe("glyphs");
});
