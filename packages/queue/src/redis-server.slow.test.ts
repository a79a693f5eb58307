/** What only a real server shows: signing in, TLS, restarts, cuts, and jobs that others have put there. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Queue } from "bullmq";
import { type JobQueue, type Lease, sha256, workOn } from "scorefield/job";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gathering, receiptFor, someShards } from "../../scorefield/src/job/job-queue.case.ts";
import { memoryStore } from "../../scorefield/src/job/memory-store.case.ts";
import { type RedisQueue, type RedisQueueOptions, redisQueue } from "./redis-queue.ts";
import { freePort, hasRedis, type RedisServer, startRedis } from "./testing/redis-server.ts";

const worker = { name: "w", code: "a" };
const passed = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));

const taken = async (queue: JobQueue): Promise<Lease> => {
  const found = await queue.take(worker);
  if (!found) throw new Error("expected work, found none");
  return found;
};

const refusal = async (address: string, options?: RedisQueueOptions): Promise<Error> =>
  redisQueue(address, options).then(
    () => expect.unreachable(),
    (error) => error,
  );

/** Tries until the server is back. */
const eventually = async <T>(what: () => Promise<T>): Promise<T> => {
  for (let k = 0; k < 50; k++)
    try {
      return await what();
    } catch {
      await passed(100);
    }
  return await what();
};

test("where no server listens, it says so at once", async () => {
  const error = await refusal(`redis://u:secret@127.0.0.1:${await freePort()}`);
  expect(error.name).toBe("JobError");
  expect(error.message).toMatch(/no Redis server listens there; start one: redis-server/);
  expect(error.message).not.toContain("secret");
});

describe.skipIf(!hasRedis)("a server", () => {
  let server: RedisServer;
  let opened = 0;
  const open = async (options: RedisQueueOptions = {}): Promise<RedisQueue> =>
    redisQueue(server.url, { prefix: `t${++opened}`, ...options });
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.close());

  test("loses nothing when it is killed and started again: leases go on, and what was added is there", async () => {
    const queue = await open();
    expect(queue.remarks).toEqual([]);
    const work = someShards(4);
    const { ids, last } = await queue.add({ work, last: gathering(work), title: "t" });
    const first = await taken(queue);
    const restarted = server.restart(300);
    await passed(100);
    await expect(queue.renew(first)).rejects.toThrow(/the queue redis:\/\/127/);
    await restarted;
    expect(await eventually(() => queue.renew(first))).toBe("held");
    expect(await queue.finish(first, receiptFor(first.id))).toBe(true);
    for (let k = 0; k < 3; k++) {
      const one = await taken(queue);
      await queue.finish(one, receiptFor(one.id));
    }
    expect((await taken(queue)).id).toBe(last);
    expect((await queue.list(ids)).map(({ state }) => state)).toEqual(Array(4).fill("done"));
    await queue.close();
  });

  test("a flow that is added again after all of it is done adds nothing; one whose shards were done alone begins with what waits for them", async () => {
    const queue = await open();
    const work = someShards(2);
    const flow = { work, last: gathering(work), title: "t" };
    await queue.add({ work, title: "alone" });
    for (let k = 0; k < 2; k++) {
      const one = await taken(queue);
      await queue.finish(one, receiptFor(one.id));
    }
    const { last } = await queue.add(flow);
    const then = await taken(queue);
    expect(then.id).toBe(last);
    await queue.finish(then, receiptFor(then.id));
    await queue.add(flow);
    expect(await queue.take(worker)).toBeUndefined();
    expect((await queue.list()).map(({ state }) => state)).toEqual(["done", "done", "done"]);
    await queue.close();
  });

  test("what waits for a dead shard begins when the shard was tried again", async () => {
    const queue = await open();
    const work = someShards(2);
    const { last } = await queue.add({ work, last: gathering(work), title: "t" });
    const [one, two] = [await taken(queue), await taken(queue)];
    await queue.fail(one, "no luck", true);
    await queue.finish(two, receiptFor(two.id));
    expect(await queue.take(worker)).toBeUndefined();
    expect((await queue.list([last!]))[0]!.state).toBe("held");
    await queue.retry([one.id]);
    const again = await taken(queue);
    await queue.finish(again, receiptFor(again.id));
    expect((await taken(queue)).id).toBe(last);
    await queue.close();
  });

  test("versions of the code are listed with the work that waits for each", async () => {
    const queue = await open();
    await queue.add({ work: someShards(3, "b"), title: "t" });
    await queue.add({ work: someShards(1, "c"), title: "t", priority: 3 });
    const versions = await queue.versions();
    expect(versions.sort((x, y) => y.waiting - x.waiting)).toEqual([
      { code: "b", waiting: 3 },
      { code: "c", waiting: 1 },
    ]);
    await queue.close();
  });

  test("a rate holds back what is taken in a second", async () => {
    const queue = await open({ rate: 5 });
    await queue.add({ work: someShards(20), title: "t" });
    const begun = performance.now();
    let found = 0;
    while (performance.now() - begun < 1500) {
      if (await queue.take(worker)) found++;
      await passed(10);
    }
    expect(found).toBeGreaterThanOrEqual(5);
    expect(found).toBeLessThanOrEqual(9);
    await queue.close();
  });

  test("a worker with a rate ends when nothing waits, and not before", async () => {
    const queue = await open({ rate: 4 });
    await queue.add({ work: someShards(3), title: "t" });
    const store = memoryStore();
    const shared = { queue, store, ...worker, once: true };
    const perform = async () => ({ content: await store.put(new Uint8Array(1)) });
    await workOn({ ...shared, perform, signal: new AbortController().signal });
    expect((await queue.list()).map(({ state }) => state)).toEqual(["done", "done", "done"]);
    await queue.close();
  });

  test("a worker that is stopped does not wait for its rate", async () => {
    const queue = await open({ rate: 0.05 });
    await queue.add({ work: someShards(2), title: "t" });
    expect(await queue.take(worker)).toBeDefined();
    const begun = performance.now();
    expect(await queue.take({ ...worker, signal: AbortSignal.timeout(100) })).toBeUndefined();
    expect(performance.now() - begun).toBeLessThan(5000);
    await queue.close();
  });

  test("jobs that are no work are dead at once, with the reason, and nothing of them is done", async () => {
    const queue = await open();
    const prefix = `t${opened}`;
    await queue.add({ work: someShards(1), title: "t" });
    const name = `work-${sha256("a").slice(0, 16)}`;
    const strange = new Queue(name, { connection: { host: "127.0.0.1", port: server.port }, prefix });
    const [shard] = someShards(1);
    const crafted: readonly unknown[] = [
      { work: { ...shard, command: "rm" } },
      { work: { ...shard, options: { "../../x": 1 } } },
      { work: { ...shard, run: { sha256: "../../etc/passwd", bytes: 1 } } },
      { work: { ...shard, ending: "/../../x.csv" } },
      { work: { ...shard, inputs: { data: "/etc/passwd" } } },
      { work: { ...shard, more: 1 } },
      { work: { ...shard, parts: 7 } }, // its name is not that of what it holds
      null,
    ];
    for (const [k, data] of crafted.entries()) await strange.add("shard", data, { jobId: `crafted-${k}` });
    const one = await taken(queue);
    expect(one.work).toEqual(shard);
    expect(await queue.take(worker)).toBeUndefined();
    const dead = (await queue.list()).filter(({ state }) => state === "dead");
    expect(dead).toHaveLength(crafted.length);
    for (const { error } of dead) expect(error).toMatch(/it is no work/);
    await strange.close();
    await queue.close();
  });
});

test.skipIf(!hasRedis)("user and password are asked for, and a wrong one is not printed", async () => {
  const server = await startRedis(["--requirepass", "right"], { password: "right" });
  try {
    expect((await refusal(server.url)).message).toMatch(/asks for a user and a password/);
    const wrong = await refusal(server.url.replace("//", "//:wrong-one@"));
    expect(wrong.message).toMatch(/user or password are wrong/);
    expect(wrong.message).not.toContain("wrong-one");
    const queue = await redisQueue(server.url, { password: "right" });
    expect(await queue.take(worker)).toBeUndefined();
    await queue.close();
  } finally {
    await server.close();
  }
});

const hasOpenssl = (): boolean => {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    console.warn("No openssl on PATH: the test of TLS is skipped.");
    return false;
  }
};

test.skipIf(!hasRedis || !hasOpenssl())("TLS asks for a certificate of a known authority", async () => {
  const folder = mkdtempSync(join(tmpdir(), "scorefield-tls-"));
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const about = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", certificate];
  execFileSync("openssl", [...made, ...about], { stdio: "ignore" });
  const secure = await freePort();
  const files = ["--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate];
  const server = await startRedis(["--tls-port", `${secure}`, "--tls-auth-clients", "no", ...files]);
  try {
    const address = `rediss://localhost:${secure}`;
    expect((await refusal(address)).message).toMatch(/certificate is of no known authority/);
    const queue = await redisQueue(address, { ca: certificate });
    await queue.add({ work: someShards(1), title: "t" });
    expect((await taken(queue)).work).toEqual(someShards(1)[0]);
    await queue.close();
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
});
