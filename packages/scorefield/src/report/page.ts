/** Reports as one HTML file that needs nothing else: text, tables, and figures as SVG. */
import { minus } from "../figure/minus.ts";

/** A piece of HTML that is already escaped. */
export interface Html {
  readonly html: string;
}

/** A part of a report under a title. */
export interface Section {
  readonly title: string;
  readonly parts: readonly Html[];
}

/** Text as HTML shows it. */
export const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** A paragraph of plain text. */
export const paragraph = (text: string): Html => ({ html: `<p>${escapeHtml(text)}</p>` });

/** A remark that a reader must not miss, such as what could not be done. */
export const remark = (text: string): Html => ({ html: `<p class="remark">${escapeHtml(text)}</p>` });

/**
 * A figure.
 * @param svg a complete SVG document, as the figures of this package are; or several, side by side where there is room
 * @param caption plain text; none where empty
 */
export const figure = (svg: string | readonly string[], caption: string): Html => {
  const drawn = typeof svg === "string" ? svg : `<div class="beside">${svg.join("")}</div>`;
  return {
    html: `<figure>${drawn}${caption === "" ? "" : `<figcaption>${escapeHtml(caption)}</figcaption>`}</figure>`,
  };
};

/** What a column of numbers may hold: a number with a sign, a bound or a unit; nothing; or yes and no. */
const numberLike = /^$|^[-–−+±≤<]?\s?[\d.∞]|^yes$|^no$/;

/** A table of plain texts: the first column to the left, numbers to the right. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): Html => {
  const numeric = head.map((_, j) => j > 0 && rows.every((row) => numberLike.test(row[j]!)));
  const cell = (tag: "td" | "th") => (text: string, j: number) =>
    numeric[j]
      ? `<${tag} class="number">${escapeHtml(tag === "td" ? minus(text) : text)}</${tag}>`
      : `<${tag}>${escapeHtml(text)}</${tag}>`;
  const line = (row: readonly string[], tag: "td" | "th") => `<tr>${row.map(cell(tag)).join("")}</tr>`;
  return {
    html: `<div class="scroll"><table><thead>${line(head, "th")}</thead><tbody>${rows.map((row) => line(row, "td")).join("")}</tbody></table></div>`,
  };
};

/** Names and values, such as what a run is. */
export const facts = (pairs: readonly (readonly [string, string])[]): Html => ({
  html: `<dl>${pairs.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join("")}</dl>`,
});

/** Several pieces side by side where there is room. */
export const sideBySide = (parts: readonly Html[]): Html => ({
  html: `<div class="beside">${parts.map(({ html }) => html).join("")}</div>`,
});

/** A picture, inside the document. @param png its bytes @param alt what it shows @param caption plain text */
export const picture = (png: Uint8Array, alt: string, caption: string): Html => ({
  html: `<figure><img alt="${escapeHtml(alt)}" src="data:image/png;base64,${Buffer.from(png).toString("base64")}"><figcaption>${escapeHtml(caption)}</figcaption></figure>`,
});

// Small figures are drawn in these colours; others bring their own rules for dark ground.
const style = `
:root { color-scheme: light dark; --page: #f4f6f8; --card: #fff; --ink: #1d2733; --muted: #667180; --rule: #e0e5ea; --strong-rule: #c9d0d8; --data: #2f6db3; --sample: #d4622a; --good: #1f7a5c; --fair: #8a6100; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --page: #12161b; --card: #1a2027; --ink: #e3e8ee; --muted: #98a4b3; --rule: #2c343e; --strong-rule: #46515e; --data: #6aa5e6; --sample: #ec8a55; --good: #4fb98e; --fair: #e2a33b; --bad: #f2877f; } }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.55 Inter, system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 36px 24px 80px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 0 0 8px; }
header p { margin: 0 0 16px; color: var(--muted); }
nav { margin: 12px 0 24px; display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 14px; }
a { color: var(--data); text-decoration: none; }
a:hover { text-decoration: underline; }
section { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 20px 24px; margin: 0 0 20px; }
p { margin: 0 0 12px; max-width: 76ch; }
.remark { border-left: 3px solid var(--sample); padding-left: 12px; }
figure { margin: 16px 0; }
figure svg { display: block; max-width: 100%; height: auto; border-radius: 4px; }
figure img { display: block; max-width: 100%; height: auto; image-rendering: pixelated; border-radius: 4px; }
figure .beside { gap: 12px 20px; align-items: start; }
figcaption { color: var(--muted); font-size: 13.5px; max-width: 80ch; margin-top: 6px; }
.beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: 0 28px; }
.scroll { overflow-x: auto; margin: 12px 0; max-width: 100%; }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 16px 4px 0; text-align: left; border-bottom: 1px solid var(--rule); vertical-align: bottom; }
th { font-weight: 600; border-bottom-color: var(--strong-rule); }
td small { display: block; color: var(--muted); font-size: 12.5px; line-height: 1.35; }
.number { text-align: right; white-space: nowrap; }
.measures td { vertical-align: middle; padding-top: 7px; padding-bottom: 7px; }
.verdicts td { vertical-align: top; padding-top: 8px; padding-bottom: 8px; }
.verdicts td:first-child { font-weight: 600; min-width: 150px; }
.verdict { display: inline-block; white-space: nowrap; border-radius: 10px; padding: 1px 10px; font-weight: 600; border: 1.5px solid var(--muted); color: var(--muted); }
.verdict.good { border-color: var(--good); color: var(--good); }
.verdict.fair { border-color: var(--fair); color: var(--fair); }
.verdict.bad { border-color: var(--bad); color: var(--bad); }
.data { color: var(--data); }
.control { color: var(--muted); }
.sample { color: var(--sample); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 20px; margin: 0; font-size: 14px; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 640px) {
  main { padding: 20px 10px 48px; }
  section { padding: 14px 12px; }
  h1 { font-size: 21px; }
  th, td { padding-right: 12px; }
  dl { grid-template-columns: 1fr; }
  dd { margin: 0 0 6px; }
  .measures thead, .measures td:empty { display: none; }
  .measures, .measures tbody { display: block; }
  .measures tr { display: grid; grid-template-columns: 1fr 1fr; border-bottom: 1px solid var(--rule); padding: 8px 0; }
  .measures td { border: 0; padding: 3px 0; text-align: left; }
  .measures td:nth-child(-n + 2) { grid-column: 1 / -1; }
  .measures svg { max-width: 100%; height: auto; }
  .verdicts, .verdicts tbody, .verdicts tr, .verdicts td { display: block; border: 0; padding: 2px 0; }
  .verdicts tr { border-bottom: 1px solid var(--rule); padding: 8px 0; }
  .measures .number::before { content: attr(data-of) " "; color: var(--muted); font-size: 12.5px; }
}
@media print { body { background: #fff; } section { border: 0; padding: 0; break-inside: avoid; } nav { display: none; } }
`;

/**
 * A report as one HTML document without links to anything outside it.
 * @param title of the document @param subtitle one line below it
 */
export const htmlPage = ({
  title,
  subtitle,
  sections,
}: {
  readonly title: string;
  readonly subtitle: string;
  readonly sections: readonly Section[];
}): string => {
  const links = sections.map((section, i) => `<a href="#s${i}">${escapeHtml(section.title)}</a>`);
  const bodies = sections.map(
    (section, i) =>
      `<section id="s${i}"><h2>${escapeHtml(section.title)}</h2>${section.parts.map(({ html }) => html).join("\n")}</section>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<header><h1>${escapeHtml(title)}</h1><p>${escapeHtml(subtitle)}</p></header>
<nav>${links.join("")}</nav>
${bodies.join("\n")}
</main>
</body>
</html>
`;
};
