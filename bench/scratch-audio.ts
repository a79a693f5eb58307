import { existsSync } from "node:fs";
import { setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { createRun } from "../packages/scorefield/src/run/create-run.ts";
import { resumeRun } from "../packages/scorefield/src/run/resume-run.ts";
import { trainRun } from "../packages/scorefield/src/run/train-run.ts";

setDefaultRuntime(native({ threads: 1 }));
const [out, text] = process.argv.slice(2);
const recipe = JSON.parse(text!);
const run = existsSync(`${out}/run.json`) ? await resumeRun(out!) : await createRun(recipe, { out: out!, folder: "/" });
let stop = false;
process.on("SIGTERM", () => (stop = true));
process.on("SIGINT", () => (stop = true));
let at = 0;
for await (const { step, loss, heldOutLoss } of trainRun(run) as AsyncIterable<any>) {
  if (step - at >= 20) {
    at = step;
    const { user, system } = process.cpuUsage();
    console.log(step, loss?.toFixed(4), heldOutLoss?.toFixed(4) ?? "", ((user + system) / 1e6).toFixed(0), "s", new Date().toISOString().slice(11, 19));
  }
  if (stop) break;
}
console.log("end");
process.exit(0);
