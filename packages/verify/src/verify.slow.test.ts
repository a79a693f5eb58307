import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { checks } from "./checks.ts";
import { verify } from "./verify.ts";

const runtime = native();
afterAll(() => runtime.dispose());

test("every check passes, except the checks of one sampler, which its own test in core runs", async () => {
  const from = checks.filter(({ sampler }) => sampler === undefined);
  const failed: string[] = [];
  let count = 0;
  for await (const { name, passed, finding, error, seconds } of verify({ from, full: true, runtime })) {
    count++;
    if (!passed)
      failed.push(
        `${name}: ${error ? error.message : `expected ${finding?.expected}, found ${finding?.found}, error ${finding?.error} in ${finding?.unit} (${finding?.detail}), ${seconds} s`}`,
      );
  }
  expect(failed).toEqual([]);
  expect(count).toBe(from.length);
  expect(count).toBeGreaterThan(100);
});
