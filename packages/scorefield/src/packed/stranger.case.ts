/** A project that has installed the packed packages: a folder outside of the repository. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root. */
export const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** What npm sets for the scripts it runs, such as these tests, would make it think of the repository. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$|NODE_OPTIONS$|VITEST|ONNXRUNTIME_NODE)/.test(name)),
);

/** Runs a program and gives its output. @throws Error with its output unless it ends with 0 */
export const run = (cwd: string, command: string, ...args: string[]): string => {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: "utf8" });
  if (status !== 0)
    throw new Error(`${command} ${args.join(" ")}: ${error ?? `status ${status}`}\n${stdout}\n${stderr}`);
  return stdout + stderr;
};

/** Whether npm's registry answers. */
export const registryAnswers = (): boolean =>
  spawnSync("npm", ["ping", "--fetch-retries=0", "--fetch-timeout=10000"], { env, encoding: "utf8" }).status === 0;

/** Installs packages with npm, which may take from its cache what it has. @returns what npm printed */
export const install = (folder: string, ...packages: string[]): string =>
  run(folder, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund", ...packages);

/** Packs the packages and installs the tarballs in an empty folder. */
export const stranger = (): { readonly folder: string; readonly printed: string } => {
  const folder = mkdtempSync(join(tmpdir(), "scorefield-stranger-"));
  const tarballs = readdirSync(join(root, "packages")).map((name) => {
    const packed = run(
      join(root, "packages", name),
      "npm",
      "pack",
      "--silent",
      "--ignore-scripts",
      "--pack-destination",
      folder,
    );
    return `./${packed.trim().split("\n").at(-1)}`;
  });
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  return { folder, printed: install(folder, ...tarballs) };
};

/** The TypeScript of a README. */
export const snippetOf = (readme: string): string => {
  const snippet = /^```ts\n(.*?)^```$/ms.exec(readFileSync(join(root, readme), "utf8"))?.[1];
  if (snippet === undefined) throw new Error(`${readme}: expected a block of TypeScript, found none`);
  return snippet;
};

/** Three columns of measurements as CSV: one of unit scale, one of large numbers that follows it, and a skewed one. */
export const measurements = (): string => {
  const rows = Array.from({ length: 400 }, (_, i) => {
    const x = Math.sin(12.9898 * i);
    return [x, 1000 + 50 * x + 10 * Math.cos(7 * i), Math.exp(Math.sin(3 * i))]
      .map((value) => value.toFixed(4))
      .join(",");
  });
  return `x,weight,skewed\n${rows.join("\n")}\n`;
};
