/** Which recipes of data are for images; apart from the schema, which loads zod. */
import type { DataRecipe, ImageRecipe } from "./schema.ts";

/** Whether data are images rather than the rows of a table. */
export const isImages = (data: DataRecipe): data is ImageRecipe => data.kind === "images" || data.kind === "glyphs";
