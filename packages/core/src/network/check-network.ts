import { checkMade } from "../part/check-options.ts";
import type { Network } from "./network.ts";

/**
 * Refuses a value that is not a network.
 * @param name of the function, for errors
 * @throws ArgumentError saying what was expected and found
 */
export const checkNetwork = (name: string, network: Network): void =>
  checkMade(`${name} network`, network, ["initialise", "apply"], "a network such as mlp()");
