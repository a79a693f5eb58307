/** The runs of `audio-restore.ts`: bridges from faulty to clean digits, each trained once and kept. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Fault } from "@scorefield/domain/sound-fault";
import { createRun, type LoadedRun, loadRun, trainRun } from "../packages/scorefield/src/index.ts";
import { trainingNoises } from "./audio-restore-data.ts";

/** A run for a fault, trained for so many steps on all speakers but one, unless it is there. */
export const bridgeFor = async (
  fault: Fault,
  { folder, data, speaker, steps }: { folder: string; data: string; speaker: string; steps: number },
): Promise<LoadedRun> => {
  const out = join(folder, `${fault}-${speaker}`);
  if (!existsSync(join(out, "run.json"))) {
    const noiseSounds = fault === "noise" ? await trainingNoises(data, folder) : undefined;
    const before = process.cpuUsage();
    const seconds = () => {
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1e6;
    };
    const prepared = await createRun(
      {
        data: {
          kind: "sound-faults",
          path: join(data, "fsdd"),
          fault,
          leaveOut: [`speaker=${speaker}`],
          ...(noiseSounds !== undefined && { noiseSounds, speed: 0.35 }),
        },
        training: { steps, batch: 16, learningRate: 2e-3, ...(fault === "noise" && { averageDecay: 0.998 }) },
      } as never,
      { out },
    );
    let said = 0;
    for await (const { step, loss, heldOutLoss } of trainRun(prepared)) {
      if (heldOutLoss === undefined || seconds() - said < 30) continue;
      said = seconds();
      console.error(
        `${fault}: step ${step}, loss ${loss.toFixed(3)}, held out ${heldOutLoss.toFixed(3)}, ${said.toFixed(0)} s`,
      );
    }
    console.error(`${fault}: ${seconds().toFixed(0)} s of processor time`);
  }
  return loadRun(out);
};
