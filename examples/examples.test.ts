import { testPrograms } from "./program.case.ts";

testPrograms(
  {
    "exact-mixture": () => import("./exact-mixture.ts"),
    "train-moons": () => import("./train-moons.ts"),
    "held-out-density": () => import("./held-out-density.ts"),
    "compose-models": () => import("./compose-models.ts"),
    "assess-samples": () => import("./assess-samples.ts"),
    "own-parts": () => import("./own-parts.ts"),
  },
  60_000,
);
