/** `scorefield gather`: parts of a whole, put together. */
import { extname, resolve } from "node:path";
import type { Command } from "commander";
import { UsageError } from "../errors.ts";
import { grouped } from "../figure/grouped.ts";
import { checkedParts, placesOfParts } from "../job/check-parts.ts";
import { contentOfPlace } from "../job/file-content.ts";
import { joinParts } from "../job/join-parts.ts";
import { checkSampleFolder } from "../run/whole-folder.ts";
import { interruptible } from "./interrupt.ts";
import { output } from "./output.ts";
import { checkOutputFile, checkOutputPlace } from "./output-file.ts";
import { withExamples } from "./usage.ts";

interface GatherFlags {
  readonly out: string;
  readonly json?: boolean;
}

const endingOf = (place: string, folder: boolean): string => (folder ? "/" : extname(place).toLowerCase());

const gatherParts = async (paths: readonly string[], flags: GatherFlags, signal: AbortSignal): Promise<void> => {
  const out = output(flags);
  const parts = await checkedParts(await placesOfParts(paths), signal);
  const [{ place, receipt }] = parts as [(typeof parts)[number]];
  const ending = endingOf(place, receipt.folder);
  if (ending === "/") {
    checkOutputPlace("--out", flags.out);
    await checkSampleFolder(flags.out);
  } else checkOutputFile("--out", flags.out, [ending]);
  const taken = parts.find((part) => resolve(part.place) === resolve(flags.out));
  if (taken)
    throw new UsageError(`--out ${flags.out}: expected another name than the parts have, found ${taken.place}`);
  await joinParts(
    parts.map((part) => part.place),
    ending,
    flags.out,
  );
  const { sha256, bytes } = await contentOfPlace(flags.out);
  out.text(`${flags.out}: ${grouped(receipt.of)} of ${parts.length} parts, SHA-256 ${sha256}`);
  const { whole, command, code } = receipt;
  out.result({ file: flags.out, count: receipt.of, parts: parts.length, bytes, sha256, command, whole, code });
};

/** Adds the command to the program. */
export const addGather = (program: Command): void => {
  const command = program
    .command("gather")
    .description(
      "Puts together what sample, likelihood, anomaly or restore wrote with --shard, perhaps on several machines. The receipt beside each part says which part of which whole it is, and its SHA-256: a part that is missing, damaged or of another whole is told, and nothing is written then. The result is to the byte what one process writes; of restored measurements the folder has no report, and the seconds in restored.json are those of the parts. It is written at once, and little of it is in memory.",
    )
    .argument("<parts...>", "all parts, in any order, or a folder that holds them and their receipts")
    .requiredOption(
      "-o, --out <file>",
      "a file of the same format as the parts, or a new folder where these are folders",
    )
    .option("--json", "print the result as JSON")
    .action((parts: string[], flags: GatherFlags) =>
      interruptible((signal) => gatherParts(parts, flags, signal), "stopping (Ctrl-C again quits at once)"),
    );
  withExamples(command, [
    "scorefield gather part-*.csv --out all.csv",
    "scorefield gather parts/ --out all.npy",
    "scorefield gather part-1/ part-2/ part-3/ --out images/",
  ]);
};
