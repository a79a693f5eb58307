/** The guide's pages lead from one to the next, and every link in it leads somewhere. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const pages = readdirSync(new URL("docs/", root)).filter((name) => name.endsWith(".md"));
const listed = Array.from(read("docs/README.md").matchAll(/^\d+\. \[([^\]]+)\]\(([^)]+)\)/gm), ([, title, file]) => ({
  title: title!,
  file: file!,
}));

test("the index lists every page once", () => {
  expect([...listed.map(({ file }) => file), "README.md"].sort()).toEqual([...pages].sort());
});

test("every page ends with a link to the next", () => {
  const next = [...listed.slice(1), { title: "the guide from its beginning", file: "README.md" }];
  const last = listed.map(({ file }) => read(`docs/${file}`).trimEnd().split("\n").at(-1));
  expect(last).toEqual(next.map(({ title, file }) => `Next: [${title}](${file})`));
});

test("links lead to files that are there", () => {
  const files = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", ...pages.map((name) => `docs/${name}`)];
  const broken = files.flatMap((file) =>
    Array.from(read(file).matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g), ([, target]) => target!)
      .filter((target) => !existsSync(new URL(target, new URL(file, root))))
      .map((target) => `${file}: ${target}`),
  );
  expect(broken).toEqual([]);
});
