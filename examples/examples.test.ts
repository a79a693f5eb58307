import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { testDomain } from "../packages/domain/src/domain.case.ts";
import { testPrograms } from "./program.case.ts";

testPrograms(
  {
    "exact-mixture": () => import("./exact-mixture.ts"),
    "train-moons": () => import("./train-moons.ts"),
    "held-out-density": () => import("./held-out-density.ts"),
    "compose-models": () => import("./compose-models.ts"),
    "assess-samples": () => import("./assess-samples.ts"),
    "own-parts": () => import("./own-parts.ts"),
    "restore-image": () => import("./restore-image.ts"),
    "own-domain": () => import("./own-domain.ts"),
  },
  60_000,
);

testDomain("wind, of own-domain", async () => ({
  domain: (await import("./own-domain.ts")).wind,
  prepare: async (folder) => {
    for (const [name, by] of [
      ["wind.csv", 31],
      ["other.csv", 47],
    ] as const) {
      const degrees = Array.from({ length: 60 }, (_, i) => `${1 + ((by * i) % 358)}`);
      await writeFile(join(folder, name), `degrees\n${degrees.join("\n")}\n`);
    }
  },
  source: "wind.csv",
  other: "other.csv",
  tolerance: 1e-5,
  written: { ".csv": 0, ".tsv": 0 },
}));
