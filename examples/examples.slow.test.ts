import { testPrograms } from "./program.case.ts";

testPrograms(
  {
    "conserved-field": () => import("./conserved-field.ts"),
    "darcy-pairs": () => import("./darcy-pairs.ts"),
    "glyph-images": () => import("./glyph-images.ts"),
    "mixed-table": () => import("./mixed-table.ts"),
    "detector-response": () => import("./detector-response.ts"),
    "restore-volume": () => import("./restore-volume.ts"),
    "simulator-posterior": () => import("./simulator-posterior.ts"),
  },
  240_000,
);
