import { expect, test } from "vitest";
import { duration } from "../report/duration.ts";
import { progress } from "./progress.ts";

const watch = (isTTY: boolean) => {
  const written: string[] = [];
  const clock = { ms: 0 };
  const stream = { isTTY, columns: 60, write: (text: string) => written.push(text) };
  return { written, clock, options: { stream, now: () => clock.ms } };
};

test("durations read well", () => {
  expect([0.2, 59.4, 65, 3599, 4200].map(duration)).toEqual(["0 s", "59 s", "1 min 05 s", "59 min 59 s", "1 h 10 min"]);
});

test("on a terminal one line is rewritten, at most ten times a second, and fits", () => {
  const { written, clock, options } = watch(true);
  const line = progress("training", 1000, options);
  for (let step = 10; step <= 1000; step += 10) {
    clock.ms += 50;
    line.update(step, ["loss 0.5", "a detail that is far too long for a terminal of sixty columns"]);
  }
  line.end();
  expect(written.length).toBeLessThanOrEqual(52);
  for (const text of written.slice(0, -1)) {
    expect(text.startsWith("\r\x1b[K")).toBe(true);
    expect(text.length).toBeLessThanOrEqual(60 + 4);
  }
  expect(written.at(-1)).toBe("\n");
});

test("a share is shown in percent where counts mean nothing", () => {
  const { written, options } = watch(false);
  progress("inspecting", 1000, { ...options, percent: true }).update(394, ["modes"]);
  expect(written).toEqual(["inspecting 39 %  modes\n"]);
});

test("elsewhere a line now and then, with the time left counted from after the first piece of work", () => {
  const { written, clock, options } = watch(false);
  const line = progress("training", 1000, { ...options, start: 500 });
  line.update(510);
  clock.ms = 4000;
  line.update(550);
  clock.ms = 10_000;
  line.update(600, ["loss 0.5"]);
  clock.ms = 20_000;
  line.update(1000);
  line.end();
  expect(written).toEqual([
    "training 510/1,000\n",
    "training 600/1,000  loss 0.5  44 s left\n",
    "training 1,000/1,000  took 20 s\n",
  ]);
});
