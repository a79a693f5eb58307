/** Observable Plot outside a browser: several plots on one page as an SVG string. */
import * as Plot from "@observablehq/plot";
import { DOMParser } from "linkedom";
import { FigureError } from "./errors.ts";
import { outlineText } from "./outline.ts";
import { darkRules, palette } from "./theme.ts";

/** Its marks, and the colours, for figures made elsewhere. */
export { Plot, palette };

/** A plot with its upper left corner at (`left`, `top`) px of the page. */
export interface Panel {
  left: number;
  top: number;
  /** Options of `Plot.plot`, without those that would wrap the plot in HTML (title, caption, legends). */
  options: Plot.PlotOptions;
}

/** One line of text with its baseline at (`x`, `y`) px of the page. */
export interface Label {
  x: number;
  y: number;
  text: string;
  size?: number;
  weight?: 400 | 600;
  fill?: string;
  anchor?: "start" | "middle" | "end";
  /** Degrees clockwise about (x, y). Default 0. */
  rotate?: number;
}

/**
 * Draws panels and labels on a white page, which is dark where the reader prefers that and the program follows it.
 *
 * Text is drawn as outlines of the Inter typeface, so the figure needs no font where it is shown.
 * @param width of the page in px
 * @param height of the page in px
 * @param description a text for readers who cannot see the figure
 * @returns a complete SVG document
 * @throws FigureError when a plot holds a coordinate that is not finite
 */
export const page = (options: {
  width: number;
  height: number;
  panels: readonly Panel[];
  labels?: readonly Label[];
  description?: string;
}): string => {
  const { width, height, panels, labels = [], description = "" } = options;
  // An XML document, not an HTML one: there linkedom escapes & and < in attributes.
  const document = new DOMParser().parseFromString("<svg/>", "image/svg+xml") as unknown as Document;
  const create = (name: string, attributes: Record<string, string | number>): SVGElement => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name) as SVGElement;
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    return element;
  };
  const svg = create("svg", {
    xmlns: "http://www.w3.org/2000/svg",
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    class: "figure",
    role: "img",
    "aria-label": description,
    color: palette.ink,
    fill: palette.ink,
    "font-size": 11,
  });
  svg.append(create("rect", { width, height, fill: palette.ground }));
  for (const { left, top, options } of panels) {
    const plot = Plot.plot({ ...options, document, figure: false });
    plot.querySelector("style")?.remove();
    const group = create("g", { transform: `translate(${left},${top})`, "text-anchor": "middle", class: "panel" });
    group.append(...plot.childNodes);
    svg.append(group);
  }
  for (const { x, y, text, size = 11, weight = 400, fill = palette.ink, anchor = "start", rotate = 0 } of labels) {
    const transform = `translate(${x},${y}) rotate(${rotate})`;
    const attributes = { transform, fill, "font-size": size, "font-weight": weight, "text-anchor": anchor };
    const element = create("text", attributes);
    element.textContent = text;
    svg.append(element);
  }
  outlineText(svg);
  // A hundredth of a px is finer than any screen, and a third of the bytes of full precision.
  const text = svg.outerHTML.replace(/ (cx|cy|d|transform|x|y|width|height)="([^"]*)"/g, (_, name, value: string) => {
    if (/NaN|Infinity/.test(value))
      throw new FigureError(`figure: expected finite coordinates, found ${name}="${value.slice(0, 80)}"`);
    return ` ${name}="${value.replace(/-?\d+(\.\d+)?(e-?\d+)?/g, (number) => String(Math.round(Number(number) * 100) / 100))}"`;
  });
  return text.replace(">", `><style>${darkRules(text)}</style>`);
};

/** One plot on a separate page, as an SVG document; `width` and `height` default to Plot's 640 x 400 px. */
export const plot = (options: Plot.PlotOptions, description = ""): string => {
  const { width = 640, height = 400 } = options;
  return page({
    width,
    height,
    panels: [{ left: 0, top: 0, options: { ...options, width, height } }],
    description,
  });
};
