export { cacheFolder } from "./cache-folder.ts";
export { images } from "./domain.ts";
export { fileExtractor, safeName } from "./features.ts";
export type { ImageSettings } from "./image-settings.ts";
