/**
 * Keeps the installer of onnxruntime-node from fetching hundreds of MB of CUDA libraries, which only its `cuda` provider needs, and
 * from failing the whole installation where their host cannot be reached. npm runs the `preinstall` scripts of all packages
 * before any `postinstall`; the installer does nothing where its files are there already, and a few words stand in for
 * each. Where the user set ONNXRUNTIME_NODE_INSTALL, or libraries are there, nothing is done.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const decided = ["ONNXRUNTIME_NODE_INSTALL", "ONNXRUNTIME_NODE_INSTALL_CUDA"].some(
  (name) => process.env[name] || process.env[`npm_config_${name.toLowerCase()}`],
);

const words = (
  file,
) => `This text stands in for ${file}, which provider "cuda" of @scorefield/tensor needs. To fetch it:
ONNXRUNTIME_NODE_INSTALL=true node node_modules/onnxruntime-node/script/install.js
`;

const standIn = () => {
  const require = createRequire(import.meta.url);
  const home = dirname(require.resolve("onnxruntime-node/package.json"));
  const { requirements, manifests } = require("onnxruntime-node/script/install-metadata.js");
  const platform = `${process.platform}/${process.arch}`;
  const folder = join(home, "bin/napi-v6", platform);
  for (const name of requirements[platform] ?? [])
    for (const file of Object.keys(manifests[`${platform}:${name}`] ?? {})) {
      const path = join(folder, file);
      if (existsSync(path)) continue;
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, words(path));
    }
};

if (!decided)
  try {
    standIn();
  } catch (error) {
    // Nothing here is worth an installation: without this the installer does as it would.
    console.error(`@scorefield/tensor: nothing stands in for the CUDA libraries: ${error.message}`);
  }
