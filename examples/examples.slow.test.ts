import { testPrograms } from "./program.case.ts";

testPrograms({ "glyph-images": () => import("./glyph-images.ts") }, 240_000);
