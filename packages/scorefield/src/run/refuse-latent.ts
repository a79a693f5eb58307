/** What cannot be done with a latent run, said before any work. */
import { RunError } from "../errors.ts";
import type { LoadedRun } from "./load.ts";

/** @throws RunError for a latent run, with what is at fault. @param what is done, as the start of a sentence: "inspect" */
export const refuseLatent = ({ path, latent }: Pick<LoadedRun, "path" | "latent">, what: string): void => {
  if (latent)
    throw new RunError(
      `${path}: ${what} cannot be used with a latent run: its model knows latents, not the data themselves; train one without --latent. sample, evaluate, distil, export, show and train --resume take it`,
    );
};
