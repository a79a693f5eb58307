/** `scorefield/figure`: the pictures that the command draws, for programs. */
export { type FieldFigure, fieldFigure } from "./demo-figure.ts";
export { FigureError } from "./errors.ts";
export { type ImageGridOptions, imageGrid } from "./image-grid.ts";
export { rasterise } from "./plot.ts";
export { tableFigure } from "./scatter-figure.ts";
