import { readFileSync } from "node:fs";
import { edm, normal, train, unet } from "@scorefield/core";
import { native } from "@scorefield/tensor/native";
const accumulate = Number(process.argv[2]);
const runtime = native({ threads: 1 });
let last: any;
for await (const e of train({ data: normal([64, 1, 32, 32], { seed: 1 }), process: edm(), network: unet({ width: 16, multipliers: [1, 2], blocks: 1 }), steps: 2, batch: 64, accumulate, runtime })) last = e;
console.log(accumulate, /VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))![1], "kB", last.loss, "cpu", process.cpuUsage().user/1e6);
await runtime.dispose();
