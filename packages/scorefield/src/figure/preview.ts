/** Previews of samples as pictures. */
import type { Preview } from "@scorefield/domain";

/**
 * The bytes of a PNG of a preview.
 * @param options `columns`, images in a row, in place of the preview's columns
 */
export const previewPng = async (
  preview: Preview,
  options: { readonly columns?: number } = {},
): Promise<Uint8Array> => {
  switch (preview.kind) {
    case "points": {
      const { tableFigure } = await import("./scatter-figure.ts");
      const { rasterise } = await import("./rasterise.ts");
      const { kind: _, values, ...about } = preview;
      return rasterise(tableFigure(values, about));
    }
    case "series": {
      const { seriesFigure } = await import("./series-figure.ts");
      const { rasterise } = await import("./rasterise.ts");
      return rasterise(seriesFigure(preview.values, preview.names));
    }
    case "images": {
      const { imageGrid } = await import("./image-grid.ts");
      const columns = options.columns ?? preview.columns;
      return imageGrid(preview.images, columns === undefined ? {} : { columns });
    }
  }
};
