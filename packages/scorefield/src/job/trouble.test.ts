import { expect, test } from "vitest";
import type { JobFacts } from "./job-queue.ts";
import { simulatedClock } from "./simulated-clock.case.ts";
import { sayTrouble } from "./trouble.ts";

const facts = (id: number, state: JobFacts["state"], error?: string): JobFacts => ({
  ...{ id: `${id}`, title: "t", what: `shard ${id}`, state, attempt: 1, code: "a" },
  ...(error !== undefined && { error }),
});
const begun = () => {
  const clock = simulatedClock();
  const said: string[] = [];
  return { clock, said, tell: sayTrouble({ clock, say: (text) => void said.push(text) }) };
};

test("attempts that fail are said once each, and after four of them that there are more", () => {
  const { said, tell } = begun();
  const all = [1, 2, 3, 4, 5, 6].map((id) => facts(id, "delayed", `w: no room ${id}`));
  tell(all.slice(0, 1));
  tell(all.slice(0, 2));
  tell([facts(1, "active", "w: no room 1"), all[1]!]);
  expect(said).toEqual([1, 2].map((id) => `shard ${id}: failed, and is tried again: w: no room ${id}`));
  tell(all);
  expect(said).toHaveLength(5);
  expect(said.at(-1)).toMatch(/^more attempts failed/);
});

test("that nobody works is said once a time, after a minute", async () => {
  const { clock, said, tell } = begun();
  const rest = async (ms: number): Promise<void> => {
    await clock.run(ms);
    tell([facts(1, "waiting"), facts(2, "done")]);
  };
  await rest(59_000);
  // What is done shows that somebody worked.
  await rest(50_000);
  expect(said).toEqual([]);
  await rest(10_000);
  await rest(90_000);
  expect(said).toEqual(["nobody has worked on it for 60 s, and 1 piece waits; see what the workers say, or start one"]);
  tell([facts(1, "active"), facts(2, "done")]);
  await rest(61_000);
  expect(said).toHaveLength(2);
  tell([facts(1, "done"), facts(2, "done")]);
  await clock.run(100_000);
  tell([facts(1, "done"), facts(2, "done")]);
  expect(said).toHaveLength(2);
});
