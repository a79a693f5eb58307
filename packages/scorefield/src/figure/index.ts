/** `scorefield/figure`: pictures of samples, for programs. Types of its own alone, so that nobody needs those of Plot. */
export { FigureError } from "./errors.ts";
export { type ImageGridOptions, imageGrid } from "./image-grid.ts";
export { rasterise } from "./rasterise.ts";
export { tableFigure } from "./scatter-figure.ts";
