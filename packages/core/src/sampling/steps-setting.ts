/** How many steps a sampler may be asked for. */
import { whole } from "../part/setting.ts";

// A list of this many times takes about a gigabyte while it is made.
const mostSteps = 1e7;

/** A number of steps, at most ten million: a list has the time of each. */
export const stepsSetting = (byDefault: number, help: string) =>
  whole({ least: 1, most: mostSteps, default: byDefault, help });
