/** SVG to PNG. */
import sharp from "sharp";
import { FigureError } from "./errors.ts";

/**
 * The PNG of an SVG document.
 * @param scale pixels per px of the SVG; 2 reads well on dense screens
 * @throws FigureError when the SVG does not parse
 */
export const rasterise = async (svg: string, { scale = 2 }: { scale?: number } = {}): Promise<Uint8Array> => {
  try {
    return await sharp(Buffer.from(svg), { density: 72 * scale })
      .png({ compressionLevel: 9 })
      .toBuffer();
  } catch (error) {
    throw new FigureError(`rasterise: expected a complete SVG document, found one that does not render: ${error}`);
  }
};
