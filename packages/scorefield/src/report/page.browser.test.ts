import { expect, test } from "vitest";
import { drawing } from "../figure/drawing.ts";
import { measuresTable } from "./measures-section.ts";
import { facts, figure, htmlPage, paragraph, sideBySide, table } from "./page.ts";

const estimate = { value: 0.123, low: -0.1, high: 0.2, standardError: 0.1, replicates: 200 };

/** A report with the widest of everything: long names without a space, figures, a table of many columns. */
const html = htmlPage({
  title: `Samples of ${"a-run-with-a-long-name/".repeat(8)}`,
  subtitle: "s",
  sections: [
    {
      title: "Everything",
      parts: [
        paragraph("Words. ".repeat(40)),
        figure(drawing(960, 300, "wide", []), "A wide figure."),
        figure([drawing(480, 300, "one", []), drawing(480, 300, "two", [])], "Two figures."),
        sideBySide([figure(drawing(420, 240, "small", []), ""), figure(drawing(420, 240, "small", []), "")]),
        table(
          Array.from({ length: 14 }, (_, j) => `column${j}`),
          [Array.from({ length: 14 }, (_, j) => `${-j / 7}`)],
        ),
        measuresTable([
          {
            name: "m",
            meaning: "a long meaning ".repeat(8),
            unit: "",
            good: "small",
            samples: estimate,
            real: estimate,
          },
        ]),
        facts([["run", "folder/".repeat(40)]]),
      ],
    },
  ],
});

const shown = async (width: number): Promise<Document> => {
  const frame = document.createElement("iframe");
  frame.style.cssText = `width: ${width}px; height: 800px; border: 0`;
  frame.srcdoc = html;
  const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
  document.body.append(frame);
  await loaded;
  return frame.contentDocument!;
};

test.each([360, 400, 1100])(
  "a page %i px wide does not scroll to the side; its widest table does in a box",
  async (width) => {
    const page = await shown(width);
    expect(page.documentElement.clientWidth).toBe(width);
    expect(page.documentElement.scrollWidth).toBe(width);
    for (const drawn of page.querySelectorAll("svg")) {
      const { left, right } = drawn.getBoundingClientRect();
      expect(left).toBeGreaterThanOrEqual(0);
      expect(right).toBeLessThanOrEqual(width);
    }
    const [wide, measures] = page.querySelectorAll(".scroll");
    expect(wide!.scrollWidth).toBeGreaterThan(wide!.clientWidth);
    expect(measures!.scrollWidth).toBe(measures!.clientWidth);
  },
);
