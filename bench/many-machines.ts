/**
 * What work over a queue costs: jobs a second of empty work, overhead of a shard, and the time that a fleet of workers takes, undisturbed and
 * with one killed every 3 seconds. Needs redis-server.
 *
 *   npm run bench bench/many-machines.ts -- [--only rate,model,overhead,fleet] [--rows 100000] [--parts 64] [--jobs 5000]
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { redisQueue } from "@scorefield/queue";
import { codeVersion, type JobQueue, type Lease, type ShardWork } from "scorefield/job";
import { bin, startFleet } from "../packages/queue/src/testing/fleet.ts";
import { startRedis } from "../packages/queue/src/testing/redis-server.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "rate,model,overhead,fleet" },
    rows: { type: "string", default: "100000" },
    parts: { type: "string", default: "64" },
    jobs: { type: "string", default: "5000" },
  },
});
const only = values.only.split(",");
const server = await startRedis(["--appendfsync", "everysec"]);
const folder = mkdtempSync(join(tmpdir(), "scorefield-bench-"));
const at = (name: string): string => join(folder, name);

/** A number that the Redis server tells of itself. */
const told = (section: string, name: string): number => {
  const text = execFileSync("redis-cli", ["-p", `${server.port}`, "info", section], { encoding: "utf8" });
  return Number(text.split(`${name}:`)[1]?.split("\r")[0]);
};
/** Processor seconds of the Redis server. */
const serverSeconds = (): number => told("cpu", "used_cpu_user") + told("cpu", "used_cpu_sys");
const ownSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const shards = (count: number, seed: number): ShardWork[] =>
  Array.from({ length: count }, (_, i) => ({
    kind: "shard",
    code: "bench",
    command: "sample",
    run: { sha256: "0".repeat(64), bytes: 1, folder: true },
    options: { count: 1_000_000, seed },
    inputs: {},
    part: i + 1,
    parts: count,
    ending: ".csv",
  }));
const drain = async (queue: JobQueue, name: string): Promise<number> => {
  let done = 0;
  for (let lease: Lease | undefined; (lease = await queue.take({ name, code: "bench" })); done++)
    await queue.finish(lease, {
      work: lease.id,
      content: { sha256: "0".repeat(64), bytes: 1 },
      worker: name,
      seconds: 0,
    });
  return done;
};

/** Jobs a second through the server: by the clock, and by its processor time, which says what it could do with more clients. */
const rate = async (): Promise<void> => {
  const count = Number(values.jobs);
  for (const workers of [1, 4, 16]) {
    const queues = await Promise.all(
      Array.from({ length: workers }, () => redisQueue(server.url, { prefix: `r${workers}` })),
    );
    const [begun, own, served] = [performance.now(), ownSeconds(), serverSeconds()];
    await queues[0]!.add({ work: shards(count, workers), title: "rate" });
    const added = performance.now();
    const [ownAdded, servedAdded] = [ownSeconds(), serverSeconds()];
    const done = await Promise.all(queues.map((queue, k) => drain(queue, `w${k}`)));
    const seconds = (performance.now() - added) / 1000;
    const total = done.reduce((sum, one) => sum + one, 0);
    console.log(
      JSON.stringify({
        measure: "rate",
        workers,
        jobs: total,
        addedPerSecond: Math.round((1000 * count) / (added - begun)),
        donePerSecond: Math.round(total / seconds),
        msOfServerToAdd: +((1000 * (servedAdded - served)) / count).toFixed(3),
        msOfServerPerJob: +((1000 * (serverSeconds() - servedAdded)) / total).toFixed(3),
        msOfClientToAdd: +((1000 * (ownAdded - own)) / count).toFixed(3),
        msOfClientPerJob: +((1000 * (ownSeconds() - ownAdded)) / total).toFixed(3),
      }),
    );
    await Promise.all(queues.map((queue) => queue.close()));
  }
};

/** Of a worker that has been idle for a second. */
const looksPerSecond = 2;

/**
 * What every part of the traffic costs the server, and how much of one core many workers would take: each renews its lease twice a second, and
 * takes and finishes a part every so many seconds.
 */
const model = async (): Promise<void> => {
  const [count, renewals, looks] = [1000, 20, 5000];
  const queue = await redisQueue(server.url, { prefix: "model" });
  const memory = told("memory", "used_memory");
  const costs: Record<string, number> = {};
  const costOf = async (name: string, times: number, what: () => Promise<unknown>): Promise<void> => {
    const before = serverSeconds();
    await what();
    costs[name] = (1000 * (serverSeconds() - before)) / times;
  };
  await costOf("add", count, () => queue.add({ work: shards(count, 99), title: "model" }));
  costs.bytes = (told("memory", "used_memory") - memory) / count;
  const leases: Lease[] = [];
  await costOf("take", count, async () => {
    for (let lease: Lease | undefined; (lease = await queue.take({ name: "w", code: "bench" })); ) leases.push(lease);
  });
  await costOf("renew", count * renewals, async () => {
    for (let k = 1; k <= renewals; k++)
      await Promise.all(leases.map((lease) => queue.renew(lease, { share: k / renewals })));
  });
  await costOf("finish", count, async () => {
    for (const lease of leases)
      await queue.finish(lease, {
        work: lease.id,
        content: { sha256: "0".repeat(64), bytes: 1 },
        worker: "w",
        seconds: 0,
      });
  });
  await costOf("look", looks, async () => {
    for (let k = 0; k < looks; k++) await queue.take({ name: "w", code: "bench" });
  });
  // What told this number is a client too.
  costs.connections = told("clients", "connected_clients") - 1;
  await queue.close();
  console.log(
    JSON.stringify({
      measure: "milliseconds of the server, bytes of a job, connections of a worker",
      ...Object.fromEntries(Object.entries(costs).map(([name, value]) => [name, +value.toFixed(3)])),
    }),
  );
  const { add = 0, take = 0, finish = 0, renew = 0, look = 0 } = costs;
  for (const workers of [10, 100, 1000, 10_000]) {
    const share = (seconds: number): string =>
      `${((workers * ((add + take + finish) / seconds + 2 * renew)) / 10).toFixed(1)} %`;
    console.log(
      JSON.stringify({
        workers,
        partsOfTenSeconds: share(10),
        partsOfAMinute: share(60),
        partsOfTenMinutes: share(600),
        idle: `${((workers * looksPerSecond * look) / 10).toFixed(1)} %`,
      }),
    );
  }
};

const scorefield = (...args: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return stdout;
};
const draws = (rows: string): string[] => [
  "--count",
  rows,
  "--seed",
  "7",
  "--sampler",
  "heun",
  "--steps",
  "40",
  "--no-refine",
];
const prepare = (): void => {
  mkdirSync(at("store"), { recursive: true });
  if (existsSync(at("run"))) return;
  const table = Array.from({ length: 500 }, (_, i) => [Math.sin(i), Math.cos(3 * i) + Math.sin(i)].join());
  writeFileSync(at("table.csv"), `a,b\n${table.join("\n")}\n`);
  const small = ["--set", "network.width=32", "--set", "network.depth=2", "--batch", "64", "--steps", "60"];
  scorefield("train", at("table.csv"), "--out", at("run"), ...small);
};
/** Samples over the queue. @param killEvery milliseconds between two kills; 0 for none */
const overQueue = async (name: string, rows: string, workers: number, killEvery: number) => {
  const place = ["--queue", server.url, "--queue-prefix", name, "--store", at("store")];
  mkdirSync(at(`store-${name}`), { recursive: true });
  place[place.length - 1] = at(`store-${name}`);
  const fleet = startFleet(workers, [...place, "--lease", "2000"]);
  let kills = 0;
  const timer = killEvery
    ? setInterval(() => {
        const busy = fleet.busy();
        if (busy === undefined) return;
        fleet.replace(busy);
        kills++;
      }, killEvery)
    : undefined;
  const { spawn } = await import("node:child_process");
  const begun = performance.now();
  const client = spawn(
    process.execPath,
    [bin, "sample", at("run"), ...draws(rows), ...place, "--parts", values.parts, "--out", at(`${name}.csv`), "--json"],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const code = await new Promise((resolve) => client.on("close", resolve));
  if (code !== 0) throw new Error(`sample ended with code ${code}`);
  clearInterval(timer);
  const seconds = (performance.now() - begun) / 1000;
  const processor = fleet.seconds();
  const jobs = JSON.parse(scorefield("jobs", "list", "--queue", server.url, "--queue-prefix", name, "--json")).jobs as {
    readonly what: string;
    readonly receipt: { readonly seconds: number };
  }[];
  const done = fleet.events().filter(({ kind }) => kind === "done");
  await fleet.close();
  return { seconds, processor, kills, jobs, done: done.length };
};

const fleetTimes = async (): Promise<void> => {
  prepare();
  const begun = performance.now();
  const { rows } = values;
  scorefield("sample", at("run"), ...draws(rows), "--out", at("one.csv"));
  console.log(JSON.stringify({ measure: "one process", seconds: +((performance.now() - begun) / 1000).toFixed(1) }));
  for (const [name, workers, kill] of [
    ["alone", 1, 0],
    ["two", 2, 0],
    ["four", 4, 0],
    ["killed", 4, 3000],
  ] as const) {
    const { seconds, processor, kills, done } = await overQueue(name, rows, workers, kill);
    const same = readFileSync(at(`${name}.csv`)).equals(readFileSync(at("one.csv")));
    console.log(
      JSON.stringify({
        measure: name,
        workers,
        seconds: +seconds.toFixed(1),
        processor: +processor.toFixed(1),
        kills,
        done,
        same,
      }),
    );
  }
};

/** What a shard takes beyond its sampling: shards of a row each. */
const overhead = async (): Promise<void> => {
  prepare();
  const { jobs, processor, done } = await overQueue("overhead", values.parts, 1, 0);
  const inside = jobs.filter(({ what }) => what.startsWith("shard")).map(({ receipt }) => receipt.seconds);
  const sorted = inside.sort((a, b) => a - b);
  console.log(
    JSON.stringify({
      measure: "a shard of one row",
      shards: inside.length,
      msMedian: Math.round(1000 * sorted[Math.floor(sorted.length / 2)]!),
      msLeast: Math.round(1000 * sorted[0]!),
      processorOfWorker: +processor.toFixed(1),
      done,
    }),
  );
  rmSync(at("store"), { recursive: true });
};

console.log(JSON.stringify({ code: codeVersion(), node: process.version }));
try {
  if (only.includes("rate")) await rate();
  if (only.includes("model")) await model();
  if (only.includes("overhead")) await overhead();
  if (only.includes("fleet")) await fleetTimes();
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
