/** `scorefield columns`: what a table's columns hold, without training. */
import type { DataSettings } from "@scorefield/domain";
import type { Command } from "commander";
import { UsageError } from "../errors.ts";
import { isRecipeFile } from "../recipe/read.ts";
import type { RecipeInput } from "../recipe/schema.ts";
import { columnsAdvice, columnsText } from "../report/columns-text.ts";
import { learntText, rulesResult } from "../report/rules-text.ts";
import { domainOf } from "../run/prepare.ts";
import { withDataOptions } from "./data-options.ts";
import { inOptions } from "./in-options.ts";
import { gather } from "./options.ts";
import { output } from "./output.ts";
import { type ReadSource, sourceAction } from "./source-action.ts";
import { inputFormatOption } from "./standard-input.ts";
import { type TrainFlags, withFlags } from "./train-recipe.ts";
import { recipesRun, withExamples } from "./usage.ts";

const show = async ({ source, given }: ReadSource, flags: TrainFlags, signal: AbortSignal): Promise<void> => {
  const out = output(flags);
  const { parseRecipe } = await import("../recipe/parse.ts");
  const { recipe, folder } = withFlags(await given(), flags);
  const parsed = parseRecipe(recipe as unknown as RecipeInput, isRecipeFile(source) ? source : undefined);
  const data: DataSettings = parsed.data;
  const domain = domainOf(data);
  const { columns, remarks = [], samples, settings } = await domain.read(data, { folder, signal });
  if (!columns)
    throw new UsageError(
      `${source}: expected a table whose columns can be found, found ${domain.describe(samples)} of numbers`,
    );
  out.text(columnsText(columns));
  for (const remark of remarks) out.remark(inOptions(remark));
  out.remark(columnsAdvice(columns));
  const rules = await domain.rules?.learn(samples, settings, { find: true, signal });
  const text = rules && learntText(rules, "row");
  if (text) out.text(text);
  out.result({ ...columns, remarks, ...(rules && { rules: rulesResult(rules) }) });
};

const action = sourceAction(show, "stopping (Ctrl-C again quits at once)");

/** Adds the command to the program. */
export const addColumns = (program: Command): void => {
  const command = program
    .command("columns")
    .description(
      "Reads a table and lists its columns as training would take them: their kinds, missing cells and what is in them. Then come the columns that are left out, with the reason, and rules that hold in every row. Nothing is trained or written. The options are those of train, so that you can try them here first.",
    )
    .argument("<source>", "a table, a recipe (.json .ts), or - for a table on standard input")
    .option("--set <path=value>", "a setting of the recipe, such as data.header=false; repeatable", gather)
    .addOption(inputFormatOption());
  withDataOptions(command).option("--json", "print the columns as JSON").action(action);
  withExamples(
    command,
    [
      "scorefield columns people.csv",
      'scorefield columns people.csv --kinds "zip=category,size=ordered:small<medium<large"',
      "scorefield columns people.csv --json | jq '.columns[].kind'",
    ],
    recipesRun,
  );
};
