/** `scorefield schema`: the JSON Schema of a recipe, for editors. */
import type { Command } from "commander";
import { withExamples } from "./usage.ts";

const action = async (): Promise<void> => {
  const { recipeJsonSchema } = await import("../recipe/json-schema.ts");
  process.stdout.write(`${JSON.stringify(recipeJsonSchema(), undefined, 2)}\n`);
};

/** Adds the command to the program. */
export const addSchema = (program: Command): void => {
  const command = program
    .command("schema")
    .description(
      'Prints the JSON Schema of a recipe. An editor then proposes settings and marks what is wrong, in a .json recipe that starts with "$schema".',
    )
    .action(action);
  withExamples(
    command,
    ["scorefield schema > recipe.schema.json"],
    'In the recipe: { "$schema": "./recipe.schema.json", "data": "table.csv" }',
  );
};
