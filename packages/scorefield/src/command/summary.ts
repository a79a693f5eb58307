/** `scorefield summary`: what a network consists of and costs. */
import { type KindRecipe, networkFromRecipe, networkKinds, summary } from "@scorefield/core";
import type { Command } from "commander";
import { UsageError } from "../errors.ts";
import { isRecipeFile, readRecipe, recipeFolder } from "../recipe/read.ts";
import { applySettings } from "../recipe/settings.ts";
import { suggest } from "../recipe/suggest.ts";
import { networkSummaryText } from "../report/network-summary.ts";
import { isRun } from "../run/folder.ts";
import { prepare } from "../run/prepare.ts";
import { readRecord } from "../run/record-file.ts";
import { interruptible } from "./interrupt.ts";
import { gather, wholeList } from "./options.ts";
import { output } from "./output.ts";
import { recipesRun, withExamples } from "./usage.ts";

interface SummaryFlags {
  readonly shape?: readonly number[];
  readonly set?: readonly string[];
  readonly json?: boolean;
}

interface Found {
  readonly network: KindRecipe;
  readonly shape: readonly number[];
}

const ofRun = async (path: string, { shape, set }: SummaryFlags): Promise<Found> => {
  if (set) throw new UsageError(`${path}: --set changes recipes and kinds of network, not a run`);
  const { model } = (await readRecord(path)).record;
  return { network: model.network, shape: shape ?? model.shape };
};

const ofRecipe = async (path: string, { shape, set = [] }: SummaryFlags, signal: AbortSignal): Promise<Found> => {
  const { parseRecipe } = await import("../recipe/parse.ts");
  const parsed = parseRecipe(applySettings(await readRecipe(path), set), path);
  if (shape) return { network: parsed.network, shape };
  const { recipe, training } = await prepare(parsed, { folder: recipeFolder(path), signal });
  return { network: recipe.network, shape: training.shape };
};

const ofKind = (kind: string, { shape, set = [] }: SummaryFlags): Found => {
  if (!networkKinds.includes(kind))
    throw new UsageError(
      `${kind}: expected a run, a recipe (.json .ts) or a kind of network, found none of them; ${suggest(kind, networkKinds)}`,
    );
  if (!shape)
    throw new UsageError(
      `${kind}: expected the shape of a sample for a kind of network; add it, as in --shape 1,28,28`,
    );
  const { network, ...others } = applySettings({ network: { kind } }, set);
  const [other] = Object.keys(others);
  if (other !== undefined)
    throw new UsageError(`--set ${other}: expected a setting of the network, such as network.width=32`);
  return { network: network as KindRecipe, shape };
};

const action = (source: string, flags: SummaryFlags): Promise<void> =>
  interruptible(async (signal) => {
    const out = output(flags);
    const found = (await isRun(source))
      ? await ofRun(source, flags)
      : isRecipeFile(source)
        ? await ofRecipe(source, flags, signal)
        : ofKind(source, flags);
    const network = networkFromRecipe(found.network);
    const result = summary(network, found.shape);
    out.text(networkSummaryText(network.recipe, found.shape, result));
    out.result({ network: network.recipe, shape: found.shape, ...result });
  }, "stopping (Ctrl-C again quits at once)");

/** Adds the command to the program. */
export const addSummary = (program: Command): void => {
  const command = program
    .command("summary")
    .description(
      "Lists the parts of a network in the order of use: the shape of their output, their parameters, and the multiply-adds of one sample. Operations are twice the multiply-adds. A training step takes about three times the multiply-adds.",
    )
    .argument("<network>", `a kind of network (${networkKinds.join(" ")}), a recipe (.json .ts) or a run`)
    .option(
      "--shape <sizes>",
      "shape of a sample, between commas, channels first (default: the shape of the data)",
      wholeList,
    )
    .option("--set <path=value>", "a setting, such as network.width=32; repeatable", gather)
    .option("--json", "print the result as JSON")
    .action(action);
  withExamples(
    command,
    [
      "scorefield summary unet --shape 1,28,28 --set network.width=32",
      "scorefield summary recipe.ts",
      "scorefield summary runs/first --json",
    ],
    recipesRun,
  );
};
