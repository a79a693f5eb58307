/** Three training steps of a network in a separate process, for its peak memory: `unet-memory.ts NETWORK SIDE BATCH`. */
import { readFileSync } from "node:fs";
import { native } from "@scorefield/tensor/native";
import { type NetworkName, networks } from "./networks.ts";
import { trainStep } from "./steps.ts";

const [name, side, batch] = process.argv.slice(2) as [NetworkName, string, string];
const step = await trainStep(networks[name].make(), Number(batch), Number(side), native());
for (let i = 0; i < 3; i++) await step.run();
const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"));
console.log(JSON.stringify({ peakMegabytes: (Number(peak?.[1]) * 1024) / 1e6 }));
process.exit(0);
