/** Scorefield's work on many machines: a queue over Redis, and results in S3. */
export { type RedisQueue, type RedisQueueOptions, redisQueue } from "./redis-queue.ts";
export { type S3Options, s3Store } from "./s3-store.ts";
