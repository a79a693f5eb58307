/** `scorefield/figure`: pictures of samples, for programs. It exports only its own types, so that nobody needs the types of Plot. */
export { FigureError } from "./errors.ts";
export { type ImageGridOptions, imageGrid } from "./image-grid.ts";
export { rasterise } from "./rasterise.ts";
export { tableFigure } from "./scatter-figure.ts";
