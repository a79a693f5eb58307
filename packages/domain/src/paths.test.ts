import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { glyphDomain } from "./glyphs/domain.ts";
import { images as imageDomain } from "./images/domain.ts";
import { dataName, movePaths } from "./paths.ts";
import { planar } from "./planar/domain.ts";
import type { DataSettings } from "./settings.ts";
import { table } from "./table/domain.ts";

const up = (path: string): string => `../${path}`;
const images = { kind: "images", path: "a", flip: false, damaged: "error" } as const;

test("every path moves, and nothing that is no path", () => {
  const file: DataSettings = { kind: "file", path: "t.csv", label: "class", missing: "error" };
  expect(movePaths(table, file, up)).toEqual({ ...file, path: "../t.csv" });
  expect(movePaths(imageDomain, { ...images, labels: "b" } as DataSettings, up)).toEqual({
    ...images,
    path: "../a",
    labels: "../b",
  });
  expect(movePaths(imageDomain, { ...images, labels: "folders" } as DataSettings, up)).toMatchObject({
    path: "../a",
    labels: "folders",
  });
  expect(movePaths(imageDomain, { ...images, path: "a.npz", labels: "y" } as DataSettings, up)).toMatchObject({
    labels: "y",
  });
  const set: DataSettings = { kind: "set", set: "moons", count: 5, seed: 0 };
  expect(movePaths(planar, set, up)).toEqual(set);
});

test("data are called by their path or name", () => {
  expect(dataName(imageDomain, images, "folder")).toBe(resolve(join("folder", "a")));
  expect(dataName(planar, { kind: "set", set: "moons", count: 5, seed: 0 }, "x")).toBe("moons");
  expect(dataName(glyphDomain, { kind: "glyphs", size: 8, greyscale: true, count: 5, seed: 0 }, "x")).toBe("glyphs");
});
