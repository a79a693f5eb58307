import { DataError } from "@scorefield/data";
import { expect, test } from "vitest";
import { JobError } from "./job-error.ts";
import { orOfMachine } from "./machine-error.ts";

test("what a machine fails at may be tried by another, with the same words", () => {
  const full = Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC", syscall: "write" });
  const told = new DataError({ path: "part.csv", expected: "to write this file", found: "no space", cause: full });
  for (const error of [full, told])
    expect(orOfMachine(error)).toMatchObject({ name: "JobError", again: true, message: error.message, cause: error });
});

test("what is wrong with the work passes as it is", () => {
  const gone = Object.assign(new Error("ENOENT: no such file"), { code: "ENOENT" });
  const column = new DataError({ path: "new.csv", expected: "a column x", found: "none" });
  const decided = new JobError("of no use", { cause: Object.assign(new Error("ENOSPC"), { code: "ENOSPC" }) });
  for (const error of [gone, column, decided, "text", undefined]) expect(orOfMachine(error)).toBe(error);
});
