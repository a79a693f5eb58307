/** The script that npm runs before it installs this package, on a folder laid out as npm lays it out. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const platform = `${process.platform}/${process.arch}`;
const files = ["./libone.so", "./libtwo.so"];

/** Installs a made-up onnxruntime-node that fetches two files on this platform; `there` is one of them already. */
const install = (env: Record<string, string> = {}, there?: string) => {
  const root = mkdtempSync(join(tmpdir(), "scorefield-preinstall-"));
  const own = join(root, "node_modules/@scorefield/tensor");
  const other = join(root, "node_modules/onnxruntime-node");
  const folder = join(other, "bin/napi-v6", platform);
  for (const path of [own, join(other, "script"), folder]) mkdirSync(path, { recursive: true });
  cpSync(fileURLToPath(new URL("../preinstall.mjs", import.meta.url)), join(own, "preinstall.mjs"));
  writeFileSync(join(other, "package.json"), '{ "name": "onnxruntime-node" }');
  const metadata = {
    requirements: { [platform]: ["cuda"] },
    manifests: { [`${platform}:cuda`]: Object.fromEntries(files.map((file) => [file, {}])) },
  };
  writeFileSync(join(other, "script/install-metadata.js"), `module.exports = ${JSON.stringify(metadata)}`);
  if (there) writeFileSync(join(folder, there), "a library");
  // Without what npm itself sets while it runs these tests.
  const bare = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/onnxruntime/i.test(name)));
  const { status, stderr } = spawnSync(process.execPath, ["preinstall.mjs"], { cwd: own, env: { ...bare, ...env } });
  expect({ status, stderr: `${stderr}` }).toEqual({ status: 0, stderr: "" });
  return files.map((file) => {
    const path = join(folder, file);
    return existsSync(path) ? readFileSync(path, "utf8") : undefined;
  });
};

test("a text stands in for each library that the installer would fetch, and for none that is there", () => {
  const [one, two] = install({}, "libtwo.so");
  expect(one).toMatch(/stands in for .*libone\.so.*ONNXRUNTIME_NODE_INSTALL=true node/s);
  expect(two).toBe("a library");
});

test.each(["ONNXRUNTIME_NODE_INSTALL", "npm_config_onnxruntime_node_install"])(
  "nothing is done where %s says what to install",
  (name) => expect(install({ [name]: "true" })).toEqual([undefined, undefined]),
);

test("without onnxruntime-node the installation goes on", () => {
  const root = mkdtempSync(join(tmpdir(), "scorefield-preinstall-"));
  cpSync(fileURLToPath(new URL("../preinstall.mjs", import.meta.url)), join(root, "preinstall.mjs"));
  const { status, stderr } = spawnSync(process.execPath, ["preinstall.mjs"], { cwd: root, encoding: "utf8" });
  expect(status).toBe(0);
  expect(stderr).toMatch(/^@scorefield\/tensor: nothing stands in/);
});
