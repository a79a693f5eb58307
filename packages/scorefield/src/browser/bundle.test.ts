/** Bundlers for browsers find no Node module behind what pages import, and no other host. */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";

test.each(["scorefield", "scorefield/browser", "scorefield/tensor", "scorefield/domain", "@scorefield/data"])(
  "%s is bundled for a page",
  async (name) => {
    const { errors, warnings, metafile } = await build({
      stdin: { contents: `export * from "${name}"`, resolveDir: fileURLToPath(new URL(".", import.meta.url)) },
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      platform: "browser",
      conditions: ["source"],
      external: ["onnxruntime-web"],
      logLevel: "silent",
    });
    expect({ errors, warnings }).toEqual({ errors: [], warnings: [] });
    const packages = Object.keys(metafile.inputs).flatMap(
      (file) => /node_modules\/((@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? [],
    );
    for (const native of ["sharp", "onnxruntime-node", "hyparquet", "jiti"]) expect(packages).not.toContain(native);
  },
);
