import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { readCells } from "./read.ts";
import { readText } from "./text-encoding.ts";

const folder = mkdtempSync(join(tmpdir(), "scorefield-text-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "a.csv");

const read = async (bytes: Uint8Array, encoding?: string) => {
  writeFileSync(path, bytes);
  const pieces = readText(path, encoding);
  let text = "";
  for await (const piece of pieces) text += piece;
  return [pieces.encoding(), text];
};

const swapped = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();
const words = "town,price\nKöln,3\nÅrhus,4\nпрофиль,5\n";

test.each([
  ["UTF-8", Buffer.from(words), "utf-8"],
  ["UTF-8 with its mark", Buffer.from(`\ufeff${words}`), "utf-8"],
  ["UTF-16 LE with its mark", Buffer.from(`\ufeff${words}`, "utf16le"), "utf-16le"],
  ["UTF-16 BE with its mark", swapped(`\ufeff${words}`), "utf-16be"],
  ["UTF-16 LE without", Buffer.from(words, "utf16le"), "utf-16le"],
  ["UTF-16 BE without", swapped(words), "utf-16be"],
])("%s is found", async (_, bytes, name) => {
  expect(await read(bytes)).toEqual([name, words]);
  expect(await read(gzipSync(bytes))).toEqual([name, words]);
  expect(await read(bytes, name)).toEqual([name, words]);
});

describe("Windows-1252", () => {
  test("where the bytes are not UTF-8", async () => {
    expect(await read(Buffer.from("Köln,Århus\n", "latin1"))).toEqual(["windows-1252", "Köln,Århus\n"]);
    // The euro and the quotes of Windows, which Latin-1 lacks.
    expect(await read(new Uint8Array([0x80, 0x93, 0x94, 0x0a]))).toEqual(["windows-1252", "€“”\n"]);
  });

  test("told, by any of its names", async () => {
    for (const name of ["latin1", "ISO-8859-1", "windows-1252", "cp1252"])
      expect(await read(Buffer.from("Ã©", "latin1"), name)).toEqual(["windows-1252", "Ã©"]);
  });

  test("where the first such byte comes late, also as the last of a piece and of the file", async () => {
    for (const length of [2 ** 18 - 2, 2 ** 18 - 1, 2 ** 18, 2 ** 20]) {
      const text = `${"a".repeat(length)}é\n`;
      expect(await read(Buffer.from(text, "latin1"))).toEqual(["windows-1252", text]);
      expect(await read(Buffer.from(text))).toEqual(["utf-8", text]);
      expect(await read(Buffer.from(text.trim(), "latin1"))).toEqual(["windows-1252", text.trim()]);
    }
  });
});

test("characters of several bytes over the ends of pieces", async () => {
  for (const character of ["é", "漢", "🙂"]) {
    const text = `a${character.repeat(2 ** 18)}`;
    expect(await read(Buffer.from(text))).toEqual(["utf-8", text]);
    expect(await read(Buffer.from(text, "utf16le"), "utf-16le")).toEqual(["utf-16le", text]);
  }
});

test("other encodings that the caller names", async () => {
  expect(await read(new Uint8Array([0xef, 0xf0, 0xee, 0xf4]), "windows-1251")).toEqual(["windows-1251", "проф"]);
  expect(await read(new Uint8Array([0x93, 0xfa, 0x96, 0x7b]), "shift_jis")).toEqual(["shift_jis", "日本"]);
});

test("what does not fit is refused, with what to do", async () => {
  // A sound character before: the file is UTF-8, and damaged.
  await expect(read(Buffer.concat([Buffer.from("é\n"), Buffer.from([0xe9, 10])]))).rejects.toThrow(
    /a\.csv: expected text in UTF-8, found bytes that are not\. Save the file as UTF-8, or name its encoding/,
  );
  await expect(read(new Uint8Array([0xe9, 10]), "utf-8")).rejects.toThrow(/text in UTF-8.*Correct the option encoding/);
  await expect(read(Buffer.from("a"), "klingon")).rejects.toThrow(/expected an encoding such as utf-8.*"klingon"/);
  await expect(read(Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x61, 0x00]))).rejects.toThrow(/text in UTF-16LE/);
});

test("readCells says what it found", async () => {
  writeFileSync(path, Buffer.from(words.slice(0, 26), "latin1"));
  const { found, columns } = await readCells(path);
  expect(found).toMatchObject({ encoding: "windows-1252", delimiter: "," });
  expect(columns[0]!.texts).toEqual(["Köln", "Århus"]);
});
