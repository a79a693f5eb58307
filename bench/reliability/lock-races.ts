/**
 * Races for the lock of a run: `npm run bench bench/reliability/lock-races.ts -- --rounds 300 --processes 8`. In every
 * round all processes begin at the same millisecond: for a fresh lock, for one of a process that is gone, for one that is
 * given back again and again, and for one whose holder is killed. Where it may make them, also in containers with their
 * own process numbers. Exits with 1 where two ever held a lock at once, or none got it.
 */
import { type ChildProcess, fork, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { normal } from "@scorefield/core";
import { lockName } from "../../packages/scorefield/src/run/lock.ts";
import { type Owner, thisProcess } from "../../packages/scorefield/src/run/lock-owner.ts";
import type { Race, Raced } from "./lock-process.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "300" },
    processes: { type: "string", default: "8" },
    seed: { type: "string", default: "0" },
  },
});
const [rounds, processes, seed] = [values.rounds, values.processes, values.seed].map(Number) as [
  number,
  number,
  number,
];
if (!(rounds >= 1 && processes >= 2)) throw new Error("expected --rounds of at least 1 and --processes of at least 2");

const script = fileURLToPath(new URL("lock-process.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "scorefield-races-"));

const heard = <T>(child: ChildProcess): Promise<T> =>
  new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error("a racing process has ended"));
    child.once("exit", ended);
    child.once("message", (message) => {
      child.off("exit", ended);
      resolve(message as T);
    });
  });
const begin = async (): Promise<ChildProcess> => {
  const child = fork(script);
  await heard(child);
  return child;
};

/** All of them race; a little apart from one another, so that every order of their steps comes up. */
const race = (racers: readonly ChildProcess[], kind: Race["kind"], round: number): Promise<Raced[]> => {
  const { data } = normal([racers.length], { seed, step: round });
  const at = Date.now() + 8;
  return Promise.all(
    racers.map((child, i) => {
      const raced = heard<Raced>(child);
      child.send({ folder, at, kind, holdMilliseconds: Math.abs(data[i]!) } satisfies Race);
      return raced;
    }),
  );
};
const releaseAll = (racers: readonly ChildProcess[]): Promise<unknown> =>
  Promise.all(
    racers.map((child) => {
      const released = heard(child);
      child.send("release");
      return released;
    }),
  );

/** What may lie at the lock's place that is nobody's. */
const leftovers = (self: Owner, racer: number): ((path: string) => void)[] => {
  const owner = (content: unknown) => (path: string) =>
    writeFileSync(join(path, "0123456789abcdef.json"), typeof content === "string" ? content : JSON.stringify(content));
  return [
    owner({ ...self, pid: 4194305 }),
    // The number of a process that races, from an earlier life.
    owner({ ...self, pid: racer, started: "1" }),
    owner({ ...self, boot: "an earlier one" }),
    owner('{"pid": 1'),
    (path) => writeFileSync(join(path, "0123456789abcdef.socket"), ""),
    () => {},
  ];
};

interface Count {
  rounds: number;
  shared: number;
  none: number;
  seconds: number;
}
const counts: Record<string, Count> = {};
const contest = async (name: string, times: number, play: (round: number) => Promise<Raced[]>): Promise<void> => {
  const begun = performance.now();
  const count: Count = { rounds: times, shared: 0, none: 0, seconds: 0 };
  for (let round = 0; round < times; round++) {
    const raced = await play(round);
    if (raced.some(({ shared }) => shared)) count.shared++;
    if (!raced.some(({ won }) => won)) count.none++;
  }
  count.seconds = (performance.now() - begun) / 1000;
  counts[name] = count;
};

let racers = await Promise.all(Array.from({ length: processes }, begin));
try {
  const self = await thisProcess();
  const once = async (round: number): Promise<Raced[]> => {
    const raced = await race(racers, "once", round);
    await releaseAll(racers);
    return raced;
  };
  await contest("a fresh lock", rounds, once);
  await contest("a lock left behind", rounds, (round) => {
    const kinds = leftovers(self, racers[round % processes]!.pid!);
    mkdirSync(join(folder, lockName));
    kinds[round % kinds.length]!(join(folder, lockName));
    return once(round);
  });
  await contest("given back while others wait", rounds, (round) => race(racers, "wait", round));
  await contest("its holder killed", Math.ceil(rounds / 10), async (round) => {
    const winner = racers[(await race(racers, "once", round)).findIndex(({ won }) => won)]!;
    const ended = new Promise((resolve) => winner.once("exit", resolve));
    winner.kill("SIGKILL");
    await ended;
    rmSync(join(folder, "marked"));
    racers = racers.filter((child) => child !== winner);
    const raced = await once(round);
    racers.push(await begin());
    return raced;
  });
  const unshare = ["--pid", "--fork", "--kill-child", "--mount-proc"];
  if (spawnSync("unshare", [...unshare, "true"]).status === 0)
    await contest("in containers", Math.ceil(rounds / 50), async () => {
      const enter = () =>
        spawn("unshare", [...unshare, process.execPath, ...process.execArgv, script, "hold", folder], {
          stdio: ["ignore", "pipe", "inherit"],
        });
      const answer = (child: ReturnType<typeof enter>): Promise<string> =>
        new Promise((resolve) => child.stdout.once("data", (text) => resolve(String(text))));
      const leave = async (child: ReturnType<typeof enter>): Promise<void> => {
        const ended = new Promise((resolve) => child.once("close", resolve));
        child.kill("SIGKILL");
        await ended;
      };
      // Two at once, both with the process number 1: one holds it. Killed, it makes room for another.
      const pair = [enter(), enter()];
      const answers = await Promise.all(pair.map(answer));
      const won = answers.map((text) => text.startsWith("held by 1"));
      const from = await race(racers.slice(0, 1), "once", 0);
      for (const child of pair) await leave(child);
      const next = enter();
      const resumed = (await answer(next)).startsWith("held by 1");
      await leave(next);
      return [{ won: won.includes(true) && resumed, shared: (won[0] && won[1])! || from[0]!.won }];
    });
  else console.log("containers are left out: this user may not make them (unshare --pid)");
  const left = readdirSync(folder).filter((name) => name !== lockName);
  if (left.length > 0) throw new Error(`left behind: ${left.join(", ")}`);
} finally {
  for (const child of racers) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}

console.log(`${processes} processes, seed ${seed}\n`);
console.log("| race | rounds | two held it | nobody got it | seconds |\n| --- | --- | --- | --- | --- |");
for (const [name, { rounds, shared, none, seconds }] of Object.entries(counts))
  console.log(`| ${name} | ${rounds} | ${shared} | ${none} | ${seconds.toFixed(0)} |`);
process.exitCode = Object.values(counts).some(({ shared, none }) => shared + none > 0) ? 1 : 0;
