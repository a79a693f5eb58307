/** What each package's tarball holds. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = new URL("../../../../", import.meta.url);
const licence = readFileSync(new URL("LICENSE", root), "utf8");

test.each(readdirSync(new URL("packages/", root)))(
  "of packages/%s has a README and the LICENSE, and no tests",
  (name) => {
    const folder = new URL(`packages/${name}/`, root);
    const { stdout, stderr } = spawnSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: fileURLToPath(folder),
      encoding: "utf8",
    });
    const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
    const paths = files.map(({ path }) => path);
    for (const path of ["LICENSE", "README.md", "package.json", "dist/index.js", "dist/index.d.ts", "src/index.ts"])
      expect(paths, stderr).toContain(path);
    expect(paths.filter((path) => /\.(test|case)\.|\/testing\/|tsbuildinfo/.test(path))).toEqual([]);

    expect(readFileSync(new URL("LICENSE", folder), "utf8")).toBe(licence);
    const readme = readFileSync(new URL("README.md", folder), "utf8");
    expect(readme).toContain(`npm install ${JSON.parse(readFileSync(new URL("package.json", folder), "utf8")).name}`);
    expect(readme).toMatch(/^```ts$/m);
    expect(readme).toContain("MIT licence");
  },
);
