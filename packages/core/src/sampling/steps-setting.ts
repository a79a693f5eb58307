/** How many steps a sampler may be asked for. */
import { mostSteps } from "../check.ts";
import { whole } from "../part/setting.ts";

/** A number of steps, at most ten million: a list has the time of each. */
export const stepsSetting = (byDefault: number, help: string) =>
  whole({ least: 1, most: mostSteps, default: byDefault, help });
