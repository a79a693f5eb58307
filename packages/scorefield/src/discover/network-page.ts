/** A network of causes as a page: drawn by Cytoscape.js, with the data of an edge at a click. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Observations } from "@scorefield/discover";
import { escapeHtml, facts, type Html, htmlPage, paragraph, type Section, table } from "../report/page.ts";
import type { FoundNetwork } from "./found-network.ts";
import { networkScript } from "./network-script.ts";

/** Numbers of the rows that a page holds at most: it opens quickly, and a scatter plot needs no more. */
const mostNumbers = 200_000;
const mostRows = 500;

/** Edges that the table of a page lists at most. */
const mostListed = 500;

const style = `
.network { display: grid; grid-template-columns: minmax(0, 2fr) minmax(240px, 1fr); gap: 16px; margin: 0 0 16px; }
.network-drawn { height: 560px; border: 1px solid var(--rule); border-radius: 6px; }
.network-side { font-size: 14px; min-height: 200px; }
.network-side svg { width: 100%; height: auto; }
.network-side ul { padding-left: 18px; }
.network-side button { font: inherit; color: var(--data); background: none; border: 0; padding: 0; cursor: pointer; text-align: left; }
.network-controls { display: flex; gap: 16px; align-items: center; flex-wrap: wrap; margin: 0 0 8px; font-size: 14px; }
@media (max-width: 760px) { .network { grid-template-columns: 1fr; } }
`;

/** Data inside a script of a page: nothing in them can end it. */
const inScript = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c");

const columnsOf = ({ names, values }: Observations): number[][] => {
  const rows = values.length / names.length;
  const shown = Math.min(rows, mostRows, Math.max(20, Math.floor(mostNumbers / names.length)));
  return names.map((_, j) =>
    Array.from({ length: shown }, (_, i) => {
      const row = Math.floor((i * rows) / shown);
      return Number(values[row * names.length + j]!.toPrecision(6));
    }),
  );
};

const drawn = async (network: FoundNetwork, observations: Observations): Promise<Html> => {
  const library = await readFile(createRequire(import.meta.url).resolve("cytoscape/dist/cytoscape.min.js"), "utf8");
  const data = { names: network.names, edges: network.edges, columns: columnsOf(observations) };
  return {
    html: `<style>${style}</style>
<div class="network-controls"><label>least confidence <input type="range" id="least" min="0" max="1" step="0.01" value="0"> <output id="least-text">0</output></label>
<label>find <input type="search" id="find" placeholder="a name"></label></div>
<div class="network"><div class="network-drawn" id="network" role="img" aria-label="${escapeHtml(`a network of ${network.names.length} variables and ${network.edges.length} edges`)}"></div>
<div class="network-side" id="side" aria-live="polite"></div></div>
<script>${library.replaceAll("</script", "<\\/script")}</script>
<script>const found = ${inScript(data)};
${networkScript}</script>`,
  };
};

/** What a page says besides the network. */
export interface NetworkPageParts {
  readonly title: string;
  /** Names and values: the method, its settings, rows. */
  readonly about: readonly (readonly [string, string])[];
  /** What edges mean, in sentences. */
  readonly meaning: readonly string[];
  /** Sections that follow, such as predictions. */
  readonly more?: readonly Section[];
}

/** @returns one HTML file that needs nothing else */
export const networkPage = async (
  network: FoundNetwork,
  observations: Observations,
  { title, about, meaning, more = [] }: NetworkPageParts,
): Promise<string> => {
  const sure = network.edges.some(({ confidence }) => confidence !== undefined);
  const listed = network.edges.slice(0, mostListed);
  const rest = network.edges.length - listed.length;
  return htmlPage({
    title,
    subtitle: `A network of causes: ${network.names.length} variables, ${network.edges.length} edges`,
    sections: [
      {
        title: "Network",
        parts: [
          await drawn(network, observations),
          paragraph("Click an edge for its data, and a variable for its edges. Scroll to zoom, and drag to move."),
          ...meaning.map(paragraph),
        ],
      },
      { title: "How it was found", parts: [facts(about)] },
      ...more,
      {
        title: "Edges",
        parts: [
          table(
            ["from", "to", "direction", ...(sure ? ["confidence"] : []), "correlation"],
            listed.map(({ from, to, directed, confidence, correlation }) => [
              from,
              to,
              directed ? "found" : "open",
              ...(sure ? [(confidence ?? 0).toFixed(2)] : []),
              correlation.toFixed(2),
            ]),
          ),
          ...(rest > 0 ? [paragraph(`${rest} more edges are not listed; a .csv file has all.`)] : []),
        ],
      },
    ],
  });
};
