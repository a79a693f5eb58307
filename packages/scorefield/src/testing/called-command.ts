/** A command line run in this process, with what it prints. */
import { vi } from "vitest";
import "../runtime.ts";
import { main } from "../cli.ts";

/** Runs the program with arguments. @returns its exit status, and what it printed to standard output and to standard error */
export const called = async (
  ...args: string[]
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> => {
  const [out, err] = [vi.spyOn(process.stdout, "write"), vi.spyOn(process.stderr, "write")];
  out.mockReturnValue(true);
  err.mockReturnValue(true);
  try {
    const code = await main(args);
    const text = (spy: typeof out) => spy.mock.calls.map(([part]) => String(part)).join("");
    return { code, stdout: text(out), stderr: text(err) };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
};
