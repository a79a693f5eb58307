/** Runs on series that the benchmark needs, trained once on one thread. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { createRun, type LoadedRun, loadRun, type RecipeInput, trainRun } from "scorefield";

setDefaultRuntime(native({ threads: 1 }));

/** Options of a part of the benchmark. */
export interface PartOptions {
  readonly runs: string;
  readonly steps?: number;
}

/** The folder of real data: see `docs/series.md`. */
export const dataFolder = process.env.SCOREFIELD_DATA ?? "../shared/data";

/** Seconds of processor time of this process. */
export const spent = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** The run of a name in `folder`: as it is, or trained now. */
export const trainedRun = async (folder: string, name: string, recipe: RecipeInput): Promise<LoadedRun> => {
  const out = join(folder, name);
  if (!existsSync(join(out, "run.json"))) {
    const begun = spent();
    const run = await createRun(recipe, { out });
    for await (const { step, share, loss, heldOutLoss } of trainRun(run))
      if (heldOutLoss !== undefined)
        console.error(
          `${name}: step ${step}, ${(100 * share).toFixed(0)} %, loss ${loss.toFixed(4)}, held out ${heldOutLoss.toFixed(4)}, ${(spent() - begun).toFixed(0)} s of processor time`,
        );
  }
  return (await loadRun(out)) as LoadedRun;
};
