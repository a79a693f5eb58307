/** NumPy's archives of named arrays (NPZ: a ZIP file of NPY files, stored or deflated). */

import { byteSource } from "./byte-source.ts";
import { checkPath } from "./check-call.ts";
import { DataError } from "./errors.ts";
import { readNpyFrom } from "./npy.ts";
import type { StoredArray } from "./stored-array.ts";
import { readZip, type ZipMember } from "./zip.ts";

/** The arrays' files, by the arrays' names. */
const open = async (path: string): Promise<Map<string, ZipMember>> => {
  const members = await readZip(path, "an NPZ archive");
  return new Map(members.flatMap((m) => (m.name.endsWith(".npy") ? [[m.name.slice(0, -4), m] as const] : [])));
};

const readMember = (member: ZipMember, path: string): Promise<StoredArray> =>
  readNpyFrom(byteSource([member.read()]), `${path}:${member.name.slice(0, -4)}`);

/**
 * Reads arrays of an NPZ archive; the types are the same as for `readNpy`.
 * @param names which ones, default all
 * @throws DataError for damaged archives, whose CRC-32 is checked, and for names that are not in it, listing those that are
 */
export const readNpz = async (path: string, names?: readonly string[]): Promise<Record<string, StoredArray>> => {
  checkPath("readNpz", path);
  const members = await open(path);
  const arrays: [string, StoredArray][] = [];
  for (const name of names ?? members.keys()) {
    const member = members.get(name);
    if (!member)
      throw new DataError({
        path,
        expected: `an array ${JSON.stringify(name)}`,
        found: `arrays ${[...members.keys()].join(", ") || "(none)"}`,
        fix: "Name one of these with the option array",
      });
    arrays.push([name, await readMember(member, path)]);
  }
  return Object.fromEntries(arrays);
};

/**
 * One array of an NPZ archive: the one named, else `X`, else the only one, else the only one with two axes.
 * @throws DataError listing the arrays and their shapes where these do not decide
 */
export const readNpzArray = async (path: string, name?: string): Promise<StoredArray> => {
  const names = [...(await open(path)).keys()];
  const chosen = name ?? (names.includes("X") ? "X" : names.length === 1 ? names[0] : undefined);
  if (chosen !== undefined) return (await readNpz(path, [chosen]))[chosen]!;
  const arrays = Object.entries(await readNpz(path));
  const matrices = arrays.filter(([, array]) => array.shape.length === 2);
  if (matrices.length === 1) return matrices[0]![1];
  const listed = arrays.map(([name, { dtype, shape }]) => `${name} (${dtype} [${shape.join(", ")}])`);
  throw new DataError({
    path,
    expected: "an array X, or a single array with two axes",
    found: listed.join(", ") || "no arrays",
    fix: "Name one with the option array",
  });
};
