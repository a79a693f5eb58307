/** `scorefield metrics`: every metric there is, what its number means, and the settings of each. */
import { metricCatalogue } from "@scorefield/assess";
import type { Command } from "commander";
import { goodTexts } from "../report/measures-section.ts";
import { addPartCommand, type PartFacts } from "./part-command.ts";

const needTexts = {
  features: "an extractor of features",
  training: "training data",
  classes: "samples of known classes, and a classifier of them",
  rows: "rows of numbers",
};

/** The unit, which way is good, what 0 means, and what it needs. */
const factsOf = (kind: string): PartFacts => {
  const { unit, good, zero, range, needs } = metricCatalogue.find((entry) => entry.kind === kind)!;
  return {
    lines: [
      `unit: ${unit || "none"}; ${goodTexts[good]}`,
      `0 means: ${zero}`,
      ...(needs ? [`needs ${needTexts[needs]}`] : []),
    ],
    json: { unit, good, zero, ...(range && { range }), ...(needs && { needs }) },
  };
};

/** Adds the command to the program. */
export const addMetrics = (program: Command): void =>
  addPartCommand(program, {
    name: "metrics",
    sort: "metric",
    catalogue: metricCatalogue,
    description:
      "Lists every metric that samples are measured by, with a summary, its source and its settings. With the name of one metric, it also says its unit, which way is good, what 0 means, and what each setting does.",
    notes: [
      "Under each metric: its source, and its settings with their defaults.",
      "scorefield evaluate takes those that say something of the run's data, with these settings.",
      "A program gives assess a list of metrics with settings of its own.",
    ],
    example: "mmd",
    facts: factsOf,
  });
