import { Command, CommanderError } from "commander";
import { expect, test } from "vitest";
import { addDemo } from "./demo.ts";
import { addEvaluate } from "./evaluate.ts";
import { addSample } from "./sample.ts";
import { addSamplers } from "./samplers.ts";
import { addSchema } from "./schema.ts";
import { addTrain } from "./train.ts";
import { usageMessage } from "./usage.ts";

const program = (): Command => {
  const root = new Command("scorefield")
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .version("1");
  for (const add of [addDemo, addTrain, addSample, addEvaluate, addSamplers, addSchema]) add(root);
  for (const command of root.commands) command.copyInheritedSettings(root);
  return root;
};

/** What is said of a command line that is refused before anything is done. */
const refusal = async (line: string): Promise<string> => {
  const root = program();
  const args = line.split(" ");
  const error: unknown = await root.parseAsync(args, { from: "user" }).then(
    () => new Error("it was taken"),
    (error) => error,
  );
  if (!(error instanceof CommanderError)) throw error;
  return usageMessage(error, root, args);
};

test.each([
  ["sample run --cuont 3", "unknown option --cuont; did you mean --count?"],
  ["sample --cuont=3", "unknown option --cuont=3; did you mean --count?"],
  ["sample run -count 3", "unknown option -count; did you mean --count?"],
  ["sample run --COUNT 3", "unknown option --COUNT; did you mean --count?"],
  ["sample run --hlep", "unknown option --hlep; did you mean --help?"],
  ["sample run --xyzzyx", "unknown option --xyzzyx; see scorefield sample --help"],
  ["--verison", "unknown option --verison; did you mean --version?"],
  [
    "sample",
    "sample: expected <run>, the run's folder; type one, such as: scorefield sample runs/proteins --count 1000 --out new.csv",
  ],
  [
    "evaluate",
    "evaluate: expected <run>, the run's folder; type one, such as: scorefield evaluate runs/proteins --count 5000",
  ],
  ["sample run --count", "-n, --count <n>: expected a value, found none; see scorefield sample --help"],
  ["sample a b c", "sample: expected 1 argument, found also b c; see scorefield sample --help"],
  ["samplers heun euler", "samplers: expected 1 argument, found also euler; see scorefield samplers --help"],
  ["schema heun", "schema: expected no argument, found heun; see scorefield schema --help"],
  ["tarin moons", "unknown command tarin; did you mean train?"],
  ["xyzzyx", "unknown command xyzzyx; known are demo, train, sample, evaluate, samplers, schema"],
  [
    "demo --set mons",
    "option '--set <name>' argument 'mons' is invalid. Allowed choices are moons, spirals, checkerboard, rings, pinwheel, swiss-roll; did you mean moons?",
  ],
  [
    "sample run --provider tpu",
    "option '--provider <name>' argument 'tpu' is invalid. Allowed choices are cpu, webgpu, cuda, coreml, dml; did you mean cpu?",
  ],
  [
    "evaluate run --layout rows",
    "option '--layout <order>' argument 'rows' is invalid. Allowed choices are channels-first, channels-last",
  ],
  [
    "sample run --count 2.5",
    "option '-n, --count <n>' argument '2.5' is invalid. Expected a whole number of at least 1.",
  ],
])("%s", async (line, message) => {
  expect(await refusal(line)).toBe(message);
});
