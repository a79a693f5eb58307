/**
 * Small figures for reports: SVG as text, in the colours of the report's style sheet, so that they follow its light or
 * dark scheme.
 */
import { FigureError } from "./errors.ts";

/** Text as XML shows it. */
const escapeXml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** A place in px, with the digits that a screen shows. @throws FigureError unless finite */
export const px = (value: number): string => {
  if (!Number.isFinite(value)) throw new FigureError(`figure: expected finite coordinates, found ${value}`);
  return `${Math.round(value * 10) / 10}`;
};

/** A whole drawing. @param description a text for readers who cannot see it */
export const drawing = (width: number, height: number, description: string, parts: readonly string[]): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${px(width)}" height="${px(height)}" viewBox="0 0 ${px(width)} ${px(height)}" role="img" aria-label="${escapeXml(description)}" font-size="11">${parts.join("")}</svg>`;

/** A line of text. */
export const label = (
  x: number,
  y: number,
  text: string,
  { anchor = "start", fill = "var(--muted)", size = 11 }: { anchor?: string; fill?: string; size?: number } = {},
): string =>
  `<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}" fill="${fill}" font-size="${size}">${escapeXml(text)}</text>`;

/** A straight line. */
export const line = (x1: number, y1: number, x2: number, y2: number, stroke: string, width = 1): string =>
  `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" stroke="${stroke}" stroke-width="${width}"/>`;
