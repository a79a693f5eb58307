import { describe } from "vitest";
import { queueCases } from "./job-queue.case.ts";
import { memoryQueue } from "./memory-queue.ts";
import { simulatedClock } from "./simulated-clock.case.ts";

describe("a queue in memory", () => {
  queueCases(async (lease) => {
    const clock = simulatedClock();
    return { queue: memoryQueue({ clock, lease }), pass: async (time) => void (await clock.run(time)) };
  });
});
