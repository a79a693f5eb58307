/** Trained classifiers as files, so that each is trained once. */
import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Classifier, type ClassifierParts, classifier, initialClassifier } from "@scorefield/assess";
import { flatLayout } from "@scorefield/core";
import { atomicWrite, decodeSafetensors, encodeSafetensors } from "@scorefield/data";
import { flattenTree, isNdArray, type NdArray } from "@scorefield/tensor";
import { cacheFolder } from "./cache-folder.ts";

// Increased with every change that gives another classifier for the same key, such as how it is trained.
const version = 1;

const pathOf = (key: unknown): string | undefined => {
  const folder = cacheFolder();
  const name = createHash("sha256")
    .update(JSON.stringify([version, key]))
    .digest("hex")
    .slice(0, 32);
  return folder && join(folder, "classifiers", `${name}.safetensors`);
};

const read = async (path: string, parts: ClassifierParts): Promise<Classifier | undefined> => {
  const { entries, size, flatten, unflatten } = flatLayout(initialClassifier(parts, 0));
  try {
    const { arrays } = decodeSafetensors(await readFile(path), path);
    const vector = flatten(unflatten({ dtype: "float32", shape: [size], data: new Float32Array(size) }));
    for (const { name, shape, offset } of entries) {
      const array = arrays[name];
      if (array?.dtype !== "float32" || array.shape.join() !== shape.join()) return undefined;
      (vector.data as Float32Array).set(array.data as Float32Array, offset);
    }
    return classifier(parts, unflatten(vector));
  } catch {
    // Missing or damaged: it is made again.
    return undefined;
  }
};

/**
 * The classifier of a key from the cache folder, or made now and kept there where that is possible.
 * @param key plain JSON that says what it was trained on and how
 */
export const keptClassifier = async (
  key: unknown,
  parts: ClassifierParts,
  make: () => Promise<Classifier>,
): Promise<Classifier> => {
  const path = pathOf([key, parts.network.recipe, parts.classes, parts.shape]);
  const kept = path && (await read(path, parts));
  if (kept) return kept;
  const made = await make();
  if (path) {
    const { leaves, paths } = flattenTree<NdArray>(made.parameters, isNdArray);
    const arrays = Object.fromEntries(leaves.map((leaf, i) => [paths[i]!, leaf]));
    try {
      await mkdir(dirname(path), { recursive: true });
      await atomicWrite(path, encodeSafetensors(arrays));
    } catch {
      // A cache that cannot be written costs time, nothing else.
    }
  }
  return made;
};
