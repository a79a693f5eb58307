import { expect, test } from "vitest";
import { facts, figure, htmlPage, paragraph, picture, remark, sideBySide, table } from "./page.ts";

test("a page stands alone, and shows text as it is", () => {
  const page = htmlPage({
    title: "A & B",
    subtitle: "<script>",
    sections: [
      { title: "First", parts: [paragraph("1 < 2"), remark("mind"), facts([["run", 'runs/"x"']])] },
      {
        title: "Second",
        parts: [
          figure("<svg></svg>", "drawn"),
          table(
            ["name", "value"],
            [
              ["a-1", "-0.5"],
              ["b", "12"],
            ],
          ),
        ],
      },
    ],
  });
  expect(page.startsWith("<!doctype html>")).toBe(true);
  expect(page).toContain("<h1>A &amp; B</h1>");
  expect(page).toContain("&lt;script&gt;");
  expect(page).toContain("1 &lt; 2");
  expect(page).toContain("runs/&quot;x&quot;");
  expect(page).toContain('<a href="#s1">Second</a>');
  expect(page).toContain('<td class="number">−0.5</td>');
  // Numbers have the sign for minus, names keep their hyphens.
  expect(page).toContain("<td>a-1</td>");
  expect(page).toContain("prefers-color-scheme: dark");
  // Nothing is loaded from anywhere.
  expect(page).not.toMatch(/(src|href)="(?!#)|url\(|@import|<script/);
});

test("pictures are inside the document", () => {
  const { html } = sideBySide([picture(new Uint8Array([1, 2, 255]), 'a "grid"', "x < y"), paragraph("beside it")]);
  expect(html).toContain('<img alt="a &quot;grid&quot;" src="data:image/png;base64,AQL/">');
  expect(html).toContain("<figcaption>x &lt; y</figcaption>");
  expect(html).toContain("<p>beside it</p>");
});
