import { DataError } from "@scorefield/data";
import { expect, test } from "vitest";
import { RunError } from "../errors.ts";
import { ownWithout } from "./own-data.ts";

const gone = async (): Promise<number> => {
  throw new DataError({ path: "a.csv", expected: "a file to read", found: "no such file or folder" });
};

test("own data that are gone are needed only where the user gives no data", async () => {
  expect(await ownWithout(Promise.resolve(1), "runs/a", undefined)).toBe(1);
  expect(await ownWithout(gone(), "runs/a", "b.csv")).toBeUndefined();
  const refused = ownWithout(gone(), "runs/a", undefined);
  await expect(refused).rejects.toThrow(RunError);
  await expect(refused).rejects.toThrow(/^runs\/a: .*a\.csv: expected a file to read.* --data\.$/);
});

test("other errors are thrown as they are, data given or not", async () => {
  const stopped = new Error("stopped");
  for (const given of [undefined, "b.csv"])
    await expect(ownWithout(Promise.reject(stopped), "runs/a", given)).rejects.toBe(stopped);
});
