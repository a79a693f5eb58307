/** Scorefield's work on many machines: a queue over Redis. */
export { type RedisQueue, type RedisQueueOptions, redisQueue } from "./redis-queue.ts";
