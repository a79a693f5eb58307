/** What a command of the program prints to standard output. */
import { Command } from "commander";
import { vi } from "vitest";

/** Runs a command in this process. @param add adds it to a program @param args its name and arguments */
export const printedBy = (add: (program: Command) => void, ...args: readonly string[]): string => {
  let text = "";
  const write = vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    text += chunk;
    return true;
  });
  try {
    const root = new Command().exitOverride();
    add(root);
    root.parse([...args], { from: "user" });
    return text;
  } finally {
    write.mockRestore();
  }
};
