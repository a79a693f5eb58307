/** `scorefield noises`: how measurements scatter, and the settings of each. */
import { noiseCatalogue } from "@scorefield/inverse";
import type { Command } from "commander";
import { addPartCommand } from "./part-command.ts";

/** Adds the command to the program. */
export const addNoises = (program: Command): void =>
  addPartCommand(program, {
    name: "noises",
    sort: "noise",
    catalogue: noiseCatalogue,
    description:
      "Lists every noise that restore and calibrate take: how a measurement scatters around what is seen, with a summary, its source and its settings. With the name of one noise, it also says what each setting does.",
    notes: [
      "Under each noise: its source, and its settings with their defaults. A value without a name is the first setting: gaussian:0.05 is gaussian:sigma=0.05.",
      "Scales are in the units of the measurement. Pixels are from -1 to 1: photons of pixels need offset=1, as in poisson:0.02,offset=1.",
      "Numbers for each place come from a file: gaussian:deviations=@deviations.npy.",
    ],
    example: "poisson",
  });
