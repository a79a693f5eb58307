import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const packagesFolder = fileURLToPath(new URL("../..", import.meta.url));

/** Packages and, where they are ordered, their rooms: each may import what stands before it, and itself. */
const packages = ["tensor", "core", "inverse", "assess", "discover", "verify", "data", "domain", "scorefield", "queue"];
const rooms: Readonly<Record<string, readonly string[]>> = {
  core: [
    "part",
    "numeric",
    "integrate",
    "random",
    "process",
    "density",
    "network",
    "model",
    "objective",
    "training",
    "patch",
    "sampling",
    "likelihood",
  ],
  inverse: ["solve", "noise", "operator", "method", "plug-and-play", "posterior", "simulator"],
  assess: [
    "restoration",
    "classifier",
    "trees",
    "linear",
    "metric",
    "quality",
    "anomaly",
    "instrument",
    "privacy",
    "inspection",
    "series",
  ],
  discover: ["graph", "simulation", "score", "search", "order", "pruning", "regulators"],
};
/** Packages that run in a page: no module of Node. */
const everywhere = ["core", "inverse", "assess", "discover", "verify"];

interface Import {
  readonly from: string;
  readonly to: string;
}

const isTest = (path: string): boolean => /\.(test|case)\.ts$/.test(path) || path.includes("/testing/");

const sources = async (): Promise<string[]> => {
  const lists = await Promise.all(
    packages.map(async (name) => {
      const folder = join(packagesFolder, name, "src");
      const entries = await readdir(folder, { recursive: true });
      return entries.filter((path) => path.endsWith(".ts")).map((path) => join(folder, path));
    }),
  );
  return lists.flat().filter((path) => !isTest(path));
};

/** What a file imports, without comments: relative files, packages and modules of Node. */
const importsOf = (path: string): string[] => {
  const text = readFileSync(path, "utf8");
  const found = text.matchAll(
    /^\s*(?:import|export)\b[^;]*?\bfrom "([^"]+)"|^import "([^"]+)"|\bimport\(\s*"([^"]+)"/gms,
  );
  return Array.from(found, ([, a, b, c]) => (a ?? b ?? c)!);
};

const all = async (): Promise<Import[]> =>
  (await sources()).flatMap((from) =>
    importsOf(from).map((name) => ({ from, to: name.startsWith(".") ? join(from, "..", name) : name })),
  );

const placeOf = (path: string): { readonly pack: string; readonly room: string } => {
  const [pack = "", , room = ""] = relative(packagesFolder, path).split("/");
  return { pack, room: room.endsWith(".ts") ? "" : room };
};

const shown = ({ from, to }: Import): string =>
  `${relative(packagesFolder, from)} -> ${to.replace(packagesFolder, "")}`;

test("there are imports to look at", async () => {
  expect((await all()).length).toBeGreaterThan(1000);
});

test("packages import themselves and those before them alone", async () => {
  const wrong = (await all()).filter(({ from, to }) => {
    const { pack } = placeOf(from);
    if (to.startsWith("/")) return placeOf(to).pack !== pack;
    const [, imported] = /^@scorefield\/([^/]+)/.exec(to) ?? [];
    return imported !== undefined && !(packages.indexOf(imported) <= packages.indexOf(pack));
  });
  expect(wrong.map(shown)).toEqual([]);
});

test("rooms of a package import those before them alone", async () => {
  const wrong = (await all()).filter(({ from, to }) => {
    const [{ pack, room }, target] = [placeOf(from), placeOf(to)];
    const order = rooms[pack];
    if (!order || !to.startsWith("/") || room === "" || target.room === room || target.room === "") return false;
    return !(order.includes(room) && order.indexOf(target.room) < order.indexOf(room));
  });
  expect(wrong.map(shown)).toEqual([]);
});

test("no files import each other in a circle", async () => {
  const edges = new Map<string, string[]>();
  for (const { from, to } of await all()) if (to.startsWith("/")) edges.set(from, [...(edges.get(from) ?? []), to]);
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, way: readonly string[]): void => {
    if (way.includes(path))
      circles.push([...way.slice(way.indexOf(path)), path].map((p) => relative(packagesFolder, p)).join(" -> "));
    if (done.has(path) || way.includes(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...way, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  expect(circles).toEqual([]);
});

test("the mathematics imports no module of Node", async () => {
  const wrong = (await all()).filter(
    ({ from, to }) => everywhere.includes(placeOf(from).pack) && to.startsWith("node:"),
  );
  expect(wrong.map(shown)).toEqual([]);
});
