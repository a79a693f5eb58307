import { afterAll, beforeAll, describe } from "vitest";
import { queueCases } from "../../scorefield/src/job/job-queue.case.ts";
import { redisQueue } from "./redis-queue.ts";
import { hasRedis, type RedisServer, startRedis } from "./testing/redis-server.ts";

describe.skipIf(!hasRedis)("a queue over Redis", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.close());

  let opened = 0;
  queueCases(async (lease) => ({
    queue: await redisQueue(server.url, { lease, prefix: `test-${++opened}` }),
    pass: (time) => new Promise((resolve) => setTimeout(resolve, time)),
  }));
});
