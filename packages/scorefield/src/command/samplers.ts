/** `scorefield samplers`: every sampler there is, and the settings of each. */
import { samplerCatalogue } from "@scorefield/core";
import type { Command } from "commander";
import { addPartCommand } from "./part-command.ts";

/** Adds the command to the program. */
export const addSamplers = (program: Command): void =>
  addPartCommand(program, {
    name: "samplers",
    sort: "sampler",
    catalogue: samplerCatalogue,
    description:
      "Lists every sampler that --sampler takes, with a summary, its source and its settings. With the name of one sampler, it explains each setting, its range and its default.",
    notes: [
      "Under each sampler: its source, and its settings with their defaults, for --sampler name:setting=value,...",
      "scorefield samplers <sampler> says what each setting does, and what it may be.",
      "Intervals of restart are low:high:steps:repeats, with slashes between several.",
    ],
    example: "heun",
  });
