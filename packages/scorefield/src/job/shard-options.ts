/** Which options of a command a queue carries: those that say what is computed, and neither where nor on what machine. */
import { JobError } from "./job-error.ts";
import type { ShardWork } from "./work.ts";

/** Options that name a file to read, by command. */
export const inputOptions: Readonly<Record<ShardWork["command"], readonly string[]>> = {
  sample: ["like"],
  likelihood: ["data"],
  anomaly: ["data"],
  restore: ["measurement", "truth"],
};

/** Options that a worker does not take: of output, of the part, of its own machine, and of files in other ways. */
const refused = new Set([
  "out",
  "format",
  "json",
  "shard",
  "provider",
  "data-format",
  "audio",
  "fault",
  "highest",
  "explain",
]);

/** Options with texts in which `@FILE` names a file. */
const withFiles = new Set(["operator", "noise", "method"]);

/** @throws JobError for an option that a queue does not carry */
export const checkCarried = (command: ShardWork["command"], name: string, value: unknown): void => {
  const plain = name.replace(/^no-/, "");
  if (refused.has(plain) || inputOptions[command].includes(plain))
    throw new JobError(`${command}: expected no option --${name} in work of a queue; leave it out`);
  const texts = Array.isArray(value) ? value : [value];
  if (withFiles.has(plain) && texts.some((text) => typeof text === "string" && text.includes("@")))
    throw new JobError(
      `${command} --${name} ${texts.join(" ")}: expected no file (@FILE) in work of a queue; describe it by its settings, or use --shard`,
    );
};
