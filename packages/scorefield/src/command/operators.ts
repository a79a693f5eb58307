/** `scorefield operators`: what can be seen of a sample, and the settings of each. */
import { operatorCatalogue } from "@scorefield/inverse";
import type { Command } from "commander";
import { addPartCommand } from "./part-command.ts";

/** Adds the command to the program. */
export const addOperators = (program: Command): void =>
  addPartCommand(program, {
    name: "operators",
    sort: "operator",
    catalogue: operatorCatalogue,
    description:
      "Lists every operator that restore and calibrate take: what is seen of a sample before noise, y = A(x), with a summary, its source and its settings. With the name of one operator, it also says what each setting does.",
    notes: [
      "Under each operator: its source, and its settings with their defaults. The shape of samples (input) and their units are filled in from the run.",
      "In short, a value without a name is the first setting: blur:2 is blur:sigma=2, downsample:4 is downsample:factor=4.",
      "A mask may be a share (mask:30%), a box in the middle or at a place from the top and the left (mask:box=12x12, mask:box=12x12+4+8), or a file (mask:@seen.png, seen where it is light).",
      "Numbers of other settings come from files too: blur:kernel=@kernel.npy, matrix:matrix=@A.csv, mri:maps=@scan.npz#maps.",
      "Repeat --operator for one after another: --operator blur:1 --operator downsample:2 blurs first.",
    ],
    example: "blur",
  });
