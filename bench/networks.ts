/** Our networks of the benchmarks. The networks of peers/networks.py are the same, layer by layer. */
import { dit, type Network, unet } from "@scorefield/core";

export type NetworkName = "unet" | "unet-10m" | "dit-10m";

/** A new one for each use; samples are [1, side, side]. */
export const networks: Record<NetworkName, { readonly title: string; make(): Network }> = {
  unet: { title: "U-Net, 1.69 M", make: () => unet({ width: 32 }) },
  "unet-10m": { title: "U-Net, 10.8 M", make: () => unet({ multipliers: [1, 2, 3] }) },
  "dit-10m": { title: "transformer, 9.7 M", make: () => dit({ patch: 2, width: 256, depth: 8 }) },
};
