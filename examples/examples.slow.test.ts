import { testPrograms } from "./program.case.ts";

testPrograms(
  {
    "conserved-field": () => import("./conserved-field.ts"),
    "darcy-pairs": () => import("./darcy-pairs.ts"),
    "glyph-images": () => import("./glyph-images.ts"),
    "mixed-table": () => import("./mixed-table.ts"),
    "restore-volume": () => import("./restore-volume.ts"),
  },
  240_000,
);
