/** What files and folders are: their SHA-256 and size, read in pieces. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { describeSystemError } from "@scorefield/data/errors";
import { sha256 } from "./identity.ts";
import type { Content, Folder } from "./work.ts";

const pieceBytes = 1 << 20;

/** The SHA-256 and the size of a file. @throws DataError when the system refuses */
export const contentOfFile = async (file: string): Promise<Content> => {
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    for await (const piece of createReadStream(file, { highWaterMark: pieceBytes })) {
      hash.update(piece);
      bytes += piece.length;
    }
  } catch (cause) {
    throw describeSystemError(cause, file, "to read this file");
  }
  return { sha256: hash.digest("hex"), bytes };
};

/** Paths of the files below a folder, with slashes, in order; hidden ones are left out. @throws DataError */
export const filesBelow = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause) => {
    throw describeSystemError(cause, folder, "to read this folder");
  });
  const found: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith(".")) continue;
    if (entry.isDirectory())
      found.push(...(await filesBelow(join(folder, entry.name))).map((name) => `${entry.name}/${name}`));
    else if (entry.isFile()) found.push(entry.name);
  }
  return found.sort();
};

/** The text that a folder is kept as. */
export const folderText = (folder: Folder): string =>
  JSON.stringify(
    folder.map(({ path, content: { sha256: sha, bytes } }) => ({ path, content: { sha256: sha, bytes } })),
  );

/** A folder as the list of its files. @throws DataError */
const contentsOfFolder = async (folder: string): Promise<Folder> => {
  const list: Folder = [];
  for (const path of await filesBelow(folder)) list.push({ path, content: await contentOfFile(join(folder, path)) });
  return list;
};

/** The content of a file, or of a folder: then the SHA-256 is of the list of its files, and the bytes are of all files. @throws DataError */
export const contentOfPlace = async (place: string): Promise<Content> => {
  if (!(await stat(place).catch(() => undefined))?.isDirectory()) return contentOfFile(place);
  const list = await contentsOfFolder(place);
  return {
    sha256: sha256(folderText(list)),
    bytes: list.reduce((sum, { content }) => sum + content.bytes, 0),
    folder: true,
  };
};
