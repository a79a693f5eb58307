import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { verify } from "./verify.ts";

const runtime = native();
afterAll(() => runtime.dispose());

test("every check of the default run passes", async () => {
  const failed: string[] = [];
  let count = 0;
  for await (const { name, passed, finding, error, seconds } of verify({ runtime })) {
    count++;
    if (!passed)
      failed.push(
        `${name}: ${error ? error.message : `expected ${finding?.expected}, found ${finding?.found}, error ${finding?.error} in ${finding?.unit} (${finding?.detail}), ${seconds} s`}`,
      );
  }
  expect(failed).toEqual([]);
  expect(count).toBeGreaterThan(150);
});
