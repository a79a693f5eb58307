/** `scorefield posteriors`: how draws of what was measured are made, what each needs and costs, and its settings. */
import { posteriorCatalogue } from "@scorefield/inverse";
import type { Command } from "commander";
import { addPartCommand, type PartFacts } from "./part-command.ts";

const formTexts = {
  score: "a guided score, which every sampler takes",
  sampler: "a sampler of its own",
  particles: "a population that moves together",
  estimate: "one point, without a spread",
};

/** What it needs, gives and costs. */
const factsOf = (kind: string): PartFacts => {
  const { title, form, needs, cost } = posteriorCatalogue.find((entry) => entry.kind === kind)!;
  const wanted = [
    ...(needs.linear ? ["a linear operator"] : []),
    ...(needs.gaussian ? ["Gaussian noise of one deviation"] : []),
    ...(needs.mixture ? ["a prior that is a known mixture of Gaussians, which a trained run is not"] : []),
  ];
  return {
    lines: [
      `${title}: ${formTexts[form]}`,
      `needs ${wanted.length > 0 ? wanted.join(" and ") : "nothing: any operator and noise"}`,
      `cost: ${cost}`,
    ],
    json: { title, form, needs, cost },
  };
};

/** Adds the command to the program. */
export const addPosteriors = (program: Command): void =>
  addPartCommand(program, {
    name: "posteriors",
    sort: "posterior method",
    catalogue: posteriorCatalogue,
    description:
      "Lists every method by which restore and calibrate draw what was measured, with a summary, its source and its settings. With the name of one method, it also says what it needs, what a draw costs, and what each setting does.",
    notes: [
      "Under each method: its source, and its settings with their defaults, as --method takes them: mmps:steps=18,iterations=8.",
      "Without --method: daps, which takes any operator and noise. mmps is nearer to right where the model is, but its draws diverge with networks that were trained for minutes. scorefield calibrate says whether its uncertainty is right for your problem.",
    ],
    example: "mmps",
    facts: factsOf,
  });
