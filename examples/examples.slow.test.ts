import { testPrograms } from "./program.case.ts";

testPrograms(
  {
    "glyph-images": () => import("./glyph-images.ts"),
    "mixed-table": () => import("./mixed-table.ts"),
    "restore-volume": () => import("./restore-volume.ts"),
  },
  240_000,
);
