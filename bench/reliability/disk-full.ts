/**
 * Disks that refuse: `npm run bench bench/reliability/disk-full.ts -- --only sample,train`. Every command that writes is run
 * on a small disk that is full or nearly so, with a limit on the size of files, and on a disk that may not be written. It
 * must end with an exit code other than 0 and one line that names the file and the reason, and leave what was there before:
 * the old file or none, and nothing unfinished. A training must go on once there is room, to the bits of one that nothing
 * disturbed. Small disks are made by root alone (mount -t tmpfs); others do the rest. Exits with 1 where anything failed.
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { begin, bin, type Ended, scorefield } from "./command.ts";

const { values } = parseArgs({ options: { only: { type: "string" } } });
const only = values.only?.split(",");

const folder = mkdtempSync(join(tmpdir(), "scorefield-full-"));
const at = (...names: string[]): string => join(folder, ...names);
const disk = at("disk");
mkdirSync(disk);

const run = async (program: string, ...args: string[]): Promise<void> => {
  const { status, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
};
const mounts = process.platform === "linux" && spawnSync("mount", ["-t", "tmpfs", "none", disk]).status === 0;
if (mounts) await run("umount", disk);
else console.log("no small disks: this user may not mount them");
const isRoot = process.getuid?.() === 0;

const diskBytes = 2 ** 22;
const filler = join(disk, "filler");

/** A way to refuse. `prepare` makes what is in `disk` ready; a command may then be started through `limit`. */
interface Way {
  readonly name: string;
  readonly reason: RegExp;
  /** Bytes that it leaves to a file. */
  readonly room: number;
  readonly prepare: (room: number) => Promise<void>;
  readonly limit?: (room: number) => readonly string[];
  /** Lets everything be written again. */
  readonly relax: () => Promise<void>;
}

const full = (name: string, room: number): Way => ({
  name,
  room,
  reason: /no space left on the disk/,
  prepare: async (room) => {
    const { stdout } = spawnSync("df", ["--output=avail", "-B1", disk], { encoding: "utf8" });
    const free = Number(stdout.trim().split("\n")[1]);
    writeFileSync(filler, new Uint8Array(Math.max(0, free - room)));
  },
  relax: async () => rmSync(filler, { force: true }),
});

const limited: Way = {
  name: "a limit of 1 KiB for a file",
  room: 1024,
  reason: /a file larger than allowed here/,
  prepare: async () => {},
  limit: (room) => ["bash", "-c", `ulimit -f ${room >> 10}; exec "$0" "$@"`],
  relax: async () => {},
};

const readOnly: Way = {
  name: "a disk that may not be written",
  room: 0,
  reason: /a read-only file system|no permission/,
  prepare: () => (mounts ? run("mount", "-o", "remount,ro", disk) : Promise.resolve(chmodSync(disk, 0o555))),
  relax: () => (mounts ? run("mount", "-o", "remount,rw", disk) : Promise.resolve(chmodSync(disk, 0o755))),
};

const ways: readonly Way[] = [
  ...(mounts ? [full("a full disk", 0), full("a disk with room for 4 KiB", 4096)] : []),
  ...(process.platform === "win32" ? [] : [limited]),
  // Permissions do not bind root.
  ...(mounts || !isRoot ? [readOnly] : []),
];

/** All files of a folder, with their content. */
const contentOf = (path: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== "filler")
      .map(({ parentPath, name }) => [
        join(parentPath, name).slice(path.length),
        readFileSync(join(parentPath, name), "base64"),
      ]),
  );

/** All names in a folder. */
const listOf = (path: string): string[] =>
  (readdirSync(path, { recursive: true }) as string[]).filter((name) => name !== "filler").sort();

let cases = 0;
const failures: string[] = [];
const table: Record<string, Record<string, number>> = {};
const expect = (isSo: boolean, what: string): void => {
  if (!isSo) failures.push(what);
};

/** Runs a command with a disk that refuses. */
const refused = async (way: Way, room: number, args: readonly string[]): Promise<Ended> => {
  await way.prepare(room);
  try {
    const command = [process.execPath, bin, ...args] as const;
    const [file, ...rest] = [...(way.limit?.(room) ?? []), ...command] as [string, ...string[]];
    return await begin(folder, file, ...rest).ended;
  } finally {
    await way.relax();
  }
};

const count = (command: string, way: Way): void => {
  cases++;
  table[command] ??= {};
  table[command][way.name] = (table[command][way.name] ?? 0) + 1;
};

const saysWhy = (what: string, way: Way, { code, stderr }: Ended): void => {
  const last = stderr.trim().split("\n").at(-1) ?? "";
  expect(code === 1, `${what}: ended with ${code}`);
  expect(
    last.startsWith("scorefield: ") && way.reason.test(last) && /\bdisk[/\\]/.test(last),
    `${what}: said ${stderr}`,
  );
};

/**
 * A command that writes one file or folder: what was there stays, and nothing else comes.
 * @param before puts on the disk what is there before
 */
const writes = async (
  command: string,
  before: () => void,
  args: readonly string[],
  among: readonly Way[] = ways,
): Promise<void> => {
  for (const way of among) {
    const what = `${command} ${args.at(-1)}, ${way.name}`;
    for (const name of readdirSync(disk)) rmSync(join(disk, name), { recursive: true });
    before();
    const [content, names] = [JSON.stringify(contentOf(disk)), listOf(disk)];
    const ended = await refused(way, way.room, args);
    count(command, way);
    saysWhy(what, way, ended);
    const unchanged = JSON.stringify(contentOf(disk)) === content && listOf(disk).join() === names.join();
    expect(unchanged, `${what}: left ${listOf(disk).join(", ")} for ${names.join(", ")}`);
  }
};

/** What a run holds, except times. */
const runContent = (path: string): string =>
  JSON.stringify(
    Object.entries(contentOf(path))
      .filter(([name]) => /safetensors$/.test(name))
      .sort(),
  );

const training = (source: string, out: string): string[] => [
  ...["train", source, "--out", out, "--steps", "400", "--batch", "16", "--set", "network.width=24"],
  ...["--set", "network.depth=2", "--set", "training.checkpointSeconds=0"],
  ...["--set", 'training.average={"widths":[0.05,0.1],"snapshots":2}'],
];

/** A training goes on where it was refused, or begins again, to the same bits. */
const trains = async (): Promise<void> => {
  const begun = await scorefield(folder, ...training("moons", "reference")).ended;
  if (begun.code !== 0) throw new Error(begun.stderr);
  const expected = runContent(at("reference"));
  const rooms = [0, 2048, 8192, 20_000, 50_000, 90_000, 110_000];
  for (const way of ways)
    for (const room of way.room === 4096 || way === readOnly ? [way.room] : way === limited ? [1024, 16_384] : rooms) {
      const what = `train, ${way.name}, room for ${room} B`;
      for (const name of readdirSync(disk)) rmSync(join(disk, name), { recursive: true });
      const out = join("disk", "run");
      const ended = await refused(way, room, training("moons", out));
      count("train", way);
      saysWhy(what, way, ended);
      const left = Object.keys(contentOf(disk)).filter((name) => /\.tmp$|lock/.test(name));
      expect(left.length === 0, `${what}: left ${left.join(", ")}`);
      const isRun = existsSync(join(disk, "run", "run.json"));
      const resumed = await scorefield(folder, ...(isRun ? ["train", out, "--resume"] : training("moons", out))).ended;
      expect(resumed.code === 0, `${what}: could not go on: ${resumed.stderr}`);
      if (resumed.code === 0) expect(runContent(join(disk, "run")) === expected, `${what}: went on to other bits`);
    }
};

/** A training that cannot save any more names the last good checkpoint. */
const resumes = async (): Promise<void> => {
  rmSync(at("resumed"), { recursive: true, force: true });
  cpSync(at("reference"), at("resumed"), { recursive: true });
  const resume = ["train", "resumed", "--resume", "--checkpoint", "200"];
  const expected = runContent(at("reference"));
  // A checkpoint takes more than 16 KiB, all else less.
  const ended = await refused(limited, 16_384, resume);
  count("train", limited);
  expect(
    ended.code === 1 &&
      ["step 300 could not be saved: ", "larger than allowed here", "of step 200;"].every((part) =>
        ended.stderr.includes(part),
      ),
    `train --resume, ${limited.name}: ended with ${ended.code} and ${ended.stderr}`,
  );
  const resumed = await scorefield(folder, ...resume).ended;
  expect(resumed.code === 0, `train --resume: could not go on: ${resumed.stderr}`);
  expect(runContent(at("resumed")) === expected, "train --resume: went on to other bits");
};

const nothing = (): void => {};
const oldFile = (name: string) => (): void => writeFileSync(join(disk, name), "old");

const groups: Record<string, () => Promise<void>> = {
  train: async () => {
    await trains();
    if (ways.includes(limited)) await resumes();
  },
  sample: async () => {
    const sample = (run: string, ...rest: string[]) => ["sample", run, "--count", "300", "--steps", "2", ...rest];
    const to = (name: string) => ["--out", join("disk", name)];
    for (const name of ["new.csv", "new.npy", "new.png"])
      for (const before of [nothing, oldFile(name)]) await writes("sample", before, sample("table", ...to(name)));
    for (const name of ["new.npy", "new.png"])
      await writes("sample of images", oldFile(name), sample("images", ...to(name)));
    // Each of these files is small.
    const forAll = ways.filter((way) => way !== limited);
    await writes("sample of images", nothing, sample("images", ...to("new")), forAll);
    const copied = () => cpSync(at("table"), join(disk, "run"), { recursive: true });
    await writes("sample into the run", copied, sample(join("disk", "run")));
  },
  evaluate: () =>
    writes("evaluate", oldFile("report.html"), [
      ...["evaluate", "table", "--count", "50", "--steps", "2"],
      ...["--report", join("disk", "report.html")],
    ]),
  inspect: () =>
    writes(
      "inspect",
      oldFile("report.html"),
      ["inspect", "table", "--only", "smoothing", "--report", join("disk", "report.html")],
      // The report is small.
      ways.filter(({ room }) => room < 4096),
    ),
  likelihood: () =>
    writes("likelihood", oldFile("scores.csv"), [
      ...["likelihood", "table", "--data", "rows.csv", "--tolerance", "0.1"],
      ...["--out", join("disk", "scores.csv")],
    ]),
  anomaly: () =>
    writes("anomaly", oldFile("scores.csv"), [
      ...["anomaly", "table", "--data", "rows.csv", "--tolerance", "0.1", "--steps", "20"],
      ...["--out", join("disk", "scores.csv")],
    ]),
  output: async () => {
    if (!existsSync("/dev/full")) return console.log("standard output: left out, there is no /dev/full");
    const way = { ...full("a full disk", 0), name: "standard output" };
    for (const args of [
      ["summary", "mlp", "--shape", "2"],
      ["samplers", "--json"],
    ]) {
      const ended = await begin(folder, "bash", "-c", 'exec "$0" "$@" > /dev/full', process.execPath, bin, ...args)
        .ended;
      count("summary, samplers", way);
      expect(
        ended.code === 1 && /^scorefield: standard output: .*no space left on the disk\.\n$/.test(ended.stderr),
        `${args[0]}: ended with ${ended.code} and ${ended.stderr}`,
      );
    }
  },
};
const unknown = only?.find((name) => !(name in groups));
if (unknown !== undefined) throw new Error(`--only ${unknown}: expected some of ${Object.keys(groups).join(", ")}`);

try {
  if (mounts) await run("mount", "-t", "tmpfs", "-o", `size=${diskBytes}`, "none", disk);
  const small = ["--steps", "20", "--batch", "8", "--set", "network.width=8"];
  const images = [
    "--size",
    "16",
    "--set",
    "data.count=60",
    "--set",
    "network.multipliers=[1]",
    "--set",
    "network.blocks=1",
  ];
  for (const args of [
    ["train", "moons", "--out", "table", "--set", "data.count=500", ...small],
    ["train", "glyphs", "--out", "images", ...images, ...small],
    ["sample", "table", "--count", "200", "--steps", "2", "--out", "rows.csv"],
  ]) {
    const { code, stderr } = await scorefield(folder, ...args).ended;
    if (code !== 0) throw new Error(stderr);
  }
  for (const [name, play] of Object.entries(groups)) if (!only || only.includes(name)) await play();
} finally {
  if (mounts) await run("umount", disk);
  rmSync(folder, { recursive: true, force: true });
}

const names = [...new Set(Object.values(table).flatMap(Object.keys))];
console.log(`| command | ${names.join(" | ")} |\n|${" --- |".repeat(names.length + 1)}`);
for (const [command, counts] of Object.entries(table))
  console.log(`| ${command} | ${names.map((name) => counts[name] ?? "").join(" | ")} |`);
console.log(`${cases} cases, ${failures.length} failures`);
for (const failure of failures) console.log(`FAILED ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;
