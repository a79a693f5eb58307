/** What the campaign of damaged files reads: for each reader sound files, and how it is called as a user would. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, crc32, gzipSync } from "node:zlib";
import { unzipSync, zipSync } from "fflate";
import { parquetWriteBuffer } from "hyparquet-writer";
import { edm, edmPreconditioning, loadRun, mlp, ndarray, readMetrics, readTable, saveRun, writeCsv } from "scorefield";
import { trainedModel } from "scorefield/core";
import {
  decodeSafetensors,
  encodeSafetensors,
  imageFolder,
  readCells,
  readNpy,
  readNpz,
  type WritableCell,
  writeNpy,
  xlsxCells,
} from "scorefield/data";
import sharp from "sharp";
import { streamParquet } from "../../packages/data/src/parquet.ts";
import { readArray } from "../../packages/data/src/read.ts";
import { joinTables } from "../../packages/data/src/table.ts";

/** A reader under test. */
export interface Target {
  /** Sound files, or what they are packed from. The first is also what others are spliced with. */
  readonly files: readonly Uint8Array[];
  /** Makes a file of its content, with the checksums that fit, so that damage to the content reaches what lies behind them. */
  readonly pack?: (content: Uint8Array) => Uint8Array;
  /** Reads a file. @throws the typed errors of the reader */
  read(bytes: Uint8Array): Promise<unknown>;
}

const values = (count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => Math.sin(i) * 10 ** (i % 7));
const table = { columns: ["a", "b", "c"], values: ndarray(values(60), [20, 3]) };

/** Readers of files by name: the bytes are written to `name` in the folder first. */
const named =
  (folder: string, name: string, read: (path: string) => Promise<unknown>): Target["read"] =>
  async (bytes) => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return read(path);
  };

/** An SQLite database of one table. */
const database = async (): Promise<Uint8Array> => {
  // @ts-expect-error its types do not describe this file
  const start = (await import("sql.js/dist/sql-wasm-inline.js")).default;
  const { Database } = await start();
  const made = new Database();
  made.run("CREATE TABLE t (town TEXT, price REAL, ok BOOLEAN)");
  for (let i = 0; i < 60; i++) made.run("INSERT INTO t VALUES (?, ?, ?)", [i % 5 ? "Köln" : null, i / 4, i % 2]);
  return made.export();
};

/** The chunks of a PNG with their checksums made right again. */
const repairPng = (content: Uint8Array): Uint8Array => {
  const bytes = Buffer.from(content);
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 8 + bytes.readUInt32BE(at);
    if (end + 4 > bytes.length) break;
    bytes.writeUInt32BE(crc32(bytes.subarray(at + 4, end)), end);
    at = end + 4;
  }
  return bytes;
};

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const nulls = Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? null : i / 4));

const parquetFiles = (): Uint8Array[] => {
  const columnData = [
    { name: "x", data: values(40) },
    { name: "n", data: Int32Array.from({ length: 40 }, (_, i) => i % 5) },
    { name: "gaps", data: nulls, type: "DOUBLE" as const },
    { name: "flag", data: nulls.map((value) => value === null) },
  ];
  const compressors = {
    GZIP: (bytes: Uint8Array) => gzipSync(bytes),
    BROTLI: (bytes: Uint8Array) => brotliCompressSync(bytes),
  };
  const write = (options: object): Uint8Array =>
    new Uint8Array(parquetWriteBuffer({ columnData, compressors, ...options }));
  return [
    write({ codec: "UNCOMPRESSED" }),
    write({ rowGroupSize: 15 }),
    write({ codec: "GZIP" }),
    write({ codec: "BROTLI" }),
    write({ columnData: [{ name: "a", data: nulls, type: "DOUBLE" }], codec: "UNCOMPRESSED" }),
  ];
};

const picture = () =>
  sharp({ create: { width: 24, height: 20, channels: 3, background: "#3366cc" } }).composite([
    { input: { create: { width: 9, height: 7, channels: 4, background: "#ff8000a0" } }, left: 3, top: 5 },
  ]);

const imageTarget = async (folder: string, ending: string, files: readonly Promise<Buffer>[]): Promise<Target> => {
  const own = join(folder, ending);
  await mkdir(own, { recursive: true });
  return {
    files: await Promise.all(files),
    ...(ending === "png" && { pack: repairPng }),
    read: named(own, `a.${ending}`, async (path) => {
      const images = await imageFolder(join(path, ".."), { size: 8 });
      return images.read([0]);
    }),
  };
};

/** Makes the sound files and the readers of them. @param folder one that nothing else uses */
export const makeTargets = async (folder: string): Promise<Record<string, Target>> => {
  const at = (name: string): string => join(folder, name);
  const written = async (name: string, write: (path: string) => Promise<void>): Promise<Uint8Array> => {
    await write(at(name));
    return readFile(at(name));
  };
  const array = (name: string, read: (path: string) => Promise<unknown> = readArray) => named(folder, name, read);
  const npyFiles = [
    await written("x.npy", (path) => writeNpy(path, table.values)),
    await written("y.npy", (path) => writeNpy(path, ndarray(new Int32Array(30), [6, 5]))),
    await written("z.npy", (path) => writeNpy(path, ndarray(new BigInt64Array(9)))),
  ];
  const zip = (npy: Uint8Array) =>
    zipSync({ "X.npy": npy, "y.npy": npyFiles[1]! }, { level: npy.length % 2 === 0 ? 6 : 0 });
  const idx = new Uint8Array([0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 2, ...new Array(40).fill(77)]);
  const wide = new Uint8Array([0, 0, 14, 1, 0, 0, 0, 3, ...new Array(24).fill(64)]);
  const lines = values(30).reduce((all, x, i) => `${all}{"a":${x},"b":${i},"c":${i % 4 === 0 ? null : i / 7}}\n`, "");
  const weights = encodeSafetensors(
    { w: ndarray(new Float32Array(24), [4, 6]), b: ndarray(new Float64Array(6)), n: ndarray(new Int32Array([3]), []) },
    { format: "scorefield", step: "100" },
  );
  const half = text(
    '{"h":{"dtype":"F16","shape":[3],"data_offsets":[0,6]},"u":{"dtype":"U64","shape":[1],"data_offsets":[6,14]}} ',
  );
  const other = new Uint8Array(8 + half.length + 14);
  other[0] = half.length;
  other.set(half, 8);

  const run = at("run");
  const network = mlp({ width: 8, depth: 1 });
  const parts = { process: edm(), network, preconditioning: edmPreconditioning() };
  await saveRun(run, trainedModel(parts, network.initialise([3], 0), [3]), {
    columns: ["a", "b", "c"],
    overwrite: true,
  });
  const record = await readFile(join(run, "run.json"));
  const scaled = {
    ...JSON.parse(record.toString()),
    classes: ["cat", "dog"],
    scaling: { kind: "quantile", columns: new Array(3).fill({ values: [0, 1, 2], counts: [1, 2, 1] }) },
  };
  const checkpointName = join("checkpoints", "step-00000000.safetensors");
  const checkpoint = await readFile(join(run, checkpointName));
  const broken = at("broken-run");
  await mkdir(join(broken, "checkpoints"), { recursive: true });
  await writeFile(join(broken, "run.json"), record);
  await writeFile(join(run, "metrics.jsonl"), "");

  const cells: readonly (readonly WritableCell[])[] = [
    ["Köln", 1.5, new Date(Date.UTC(2020, 1, 29))],
    ["Ulm & <x>", null, true],
    [null, -3, null],
  ];
  const mixed = { columns: ["town", "price", "day"], rows: 3, cell: (row: number, j: number) => cells[row]![j]! };
  const workbook = await xlsxCells(mixed);

  return {
    csv: {
      files: [
        await written("a.csv", (path) => writeCsv(path, table)),
        text('a;"b ""c"";";d\r\n1;2;3\r\n\r\n4;;"6"\r\n'),
        text("1,2,3\n4,5,6\n-7.5e-3,+8,.9\n"),
        new Uint8Array(Buffer.from("\ufeffa,b\n1,2\n", "utf16le")),
      ],
      read: named(folder, "m.csv", (path) => readTable(path, { missing: "drop" })),
    },
    "csv.gz": {
      files: [await written("a.csv", (path) => writeCsv(path, table))],
      pack: (content) => gzipSync(content),
      read: named(folder, "m.csv.gz", readTable),
    },
    tsv: {
      files: [await written("a.tsv", (path) => writeCsv(path, table)), text("a\tb\n1\t2\n")],
      read: named(folder, "m.tsv", readTable),
    },
    npy: { files: npyFiles, read: array("m.npy", (path) => Promise.all([readNpy(path), readTable(path)])) },
    npz: {
      files: [npyFiles[0]!, npyFiles[2]!],
      pack: zip,
      read: array("m.npz", (path) => Promise.all([readNpz(path), readTable(path)])),
    },
    parquet: {
      files: parquetFiles(),
      // Shorter than by default, so that files which would never end do not take all the time there is.
      read: named(folder, "m.parquet", (path) =>
        joinTables(path, streamParquet(path, "table", { missing: "drop" }, { seconds: 0.3, bytes: 2 ** 28 })),
      ),
    },
    jsonl: {
      files: [text(lines), text("[1,2,3]\n[4,5,6]\n\n[7,8,9e-3]\n")],
      read: named(folder, "m.jsonl", (path) => readTable(path, { missing: "drop" })),
    },
    cells: {
      files: [
        text('town;price;day\nKöln;"1.234,50";2020-01-02\nUlm;3,5 ;-\n;"12 %";NA\n'),
        new Uint8Array(Buffer.from("a\té\n1,234\tö\n", "latin1")),
        new Uint8Array(Buffer.from("a,b\n1,é\n", "utf16le")),
      ],
      read: named(folder, "m-cells.csv", (path) => readCells(path)),
    },
    xlsx: {
      files: [await xlsxCells(mixed)],
      read: named(folder, "m.xlsx", (path) => readCells(path)),
    },
    "sheet.xml": {
      files: [unzipSync(await xlsxCells(mixed))["xl/worksheets/sheet1.xml"]!],
      pack: (content) => zipSync({ ...unzipSync(workbook), "xl/worksheets/sheet1.xml": content }),
      read: named(folder, "m-sheet.xlsx", (path) => readCells(path)),
    },
    sqlite: { files: [await database()], read: named(folder, "m.sqlite", (path) => readCells(path)) },
    idx: { files: [idx, wide], read: array("m.idx") },
    "idx.gz": { files: [idx, wide], pack: (content) => gzipSync(content), read: array("m-idx3-ubyte.gz") },
    safetensors: { files: [weights, other], read: async (bytes) => decodeSafetensors(bytes, "m.safetensors") },
    png: await imageTarget(folder, "png", [
      picture().png().toBuffer(),
      picture().png({ progressive: true, palette: true }).toBuffer(),
      picture().greyscale().png({ compressionLevel: 0 }).toBuffer(),
    ]),
    jpeg: await imageTarget(folder, "jpg", [
      picture().jpeg().toBuffer(),
      picture().withMetadata({ orientation: 6 }).jpeg({ progressive: true }).toBuffer(),
    ]),
    webp: await imageTarget(folder, "webp", [
      picture().webp().toBuffer(),
      picture().webp({ lossless: true }).toBuffer(),
    ]),
    "run.json": {
      files: [record, text(JSON.stringify(scaled))],
      read: async (bytes) => {
        await writeFile(join(run, "run.json"), bytes);
        return loadRun(run);
      },
    },
    checkpoint: { files: [checkpoint], read: named(broken, checkpointName, () => loadRun(broken)) },
    metrics: {
      files: [text('{"step":10,"loss":0.5,"gradientNorm":1,"learningRate":0.001,"samplesPerSecond":100}\n'.repeat(4))],
      read: named(run, "metrics.jsonl", () => readMetrics(run)),
    },
  };
};
