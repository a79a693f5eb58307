export { images } from "./domain.ts";
export type { ImageSettings } from "./source.ts";
