/** A network of causes as a file of other programs: GraphML, DOT or CSV. */
import { extname } from "node:path";
import { escapeHtml } from "../report/page.ts";
import type { FoundEdge, FoundNetwork } from "./found-network.ts";

/** Endings of files that a network can be written to, with their dot. */
export const networkEndings = [".graphml", ".dot", ".csv", ".html"] as const;

type Value = string | number | boolean;

/** What is written of an edge besides its ends. */
const attributesOf = ({ directed, confidence, correlation }: FoundEdge): readonly (readonly [string, Value])[] => [
  ["directed", directed],
  ...(confidence === undefined ? [] : ([["confidence", confidence]] as const)),
  ["correlation", correlation],
];

const typeOf = (value: Value): string => (typeof value === "number" ? "double" : typeof value);

/** GraphML (Brandes et al. 2002). Each edge says itself whether it is directed. */
const graphml = ({ names, edges }: FoundNetwork): string => {
  const keys = new Map(edges.flatMap((edge) => attributesOf(edge).map(([name, value]) => [name, typeOf(value)])));
  keys.delete("directed");
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
    '  <key id="name" for="node" attr.name="name" attr.type="string"/>',
    ...Array.from(keys, ([name, type]) => `  <key id="${name}" for="edge" attr.name="${name}" attr.type="${type}"/>`),
    '  <graph id="causes" edgedefault="directed">',
    ...names.map((name, i) => `    <node id="n${i}"><data key="name">${escapeHtml(name)}</data></node>`),
    ...edges.map((edge, i) => {
      const ends = `source="n${names.indexOf(edge.from)}" target="n${names.indexOf(edge.to)}"`;
      const data = attributesOf(edge)
        .filter(([name]) => name !== "directed")
        .map(([name, value]) => `<data key="${name}">${value}</data>`);
      return `    <edge id="e${i}" ${ends} directed="${edge.directed}">${data.join("")}</edge>`;
    }),
    "  </graph>",
    "</graphml>",
  ];
  return `${lines.join("\n")}\n`;
};

const quoted = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;

/** The language of Graphviz. An edge of open direction has no arrow. */
const dot = ({ names, edges }: FoundNetwork): string => {
  const lines = edges.map((edge) => {
    const attributes = [
      ...(edge.directed ? [] : ["dir=none"]),
      ...attributesOf(edge)
        .filter(([name]) => name !== "directed")
        .map(([name, value]) => `${name}=${Number(value).toFixed(3)}`),
      ...(edge.confidence === undefined ? [] : [`penwidth=${(0.5 + 2.5 * edge.confidence).toFixed(2)}`]),
    ];
    return `  ${quoted(edge.from)} -> ${quoted(edge.to)} [${attributes.join(", ")}];`;
  });
  return `digraph causes {\n${[...names.map((name) => `  ${quoted(name)};`), ...lines].join("\n")}\n}\n`;
};

const csv = ({ edges }: FoundNetwork): string => {
  const sure = edges.some(({ confidence }) => confidence !== undefined);
  const columns = ["from", "to", "directed", ...(sure ? ["confidence"] : []), "correlation"];
  const cell = (value: unknown): string => {
    const text = `${value ?? ""}`;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const rows = edges.map((edge) => columns.map((name) => cell(edge[name as keyof FoundEdge])).join(","));
  return `${[columns.join(","), ...rows].join("\n")}\n`;
};

/** A network as the text of a file. @param path its ending says the format: .graphml, .dot or .csv */
export const networkText = (path: string, network: FoundNetwork): string => {
  const ending = extname(path).toLowerCase();
  return ending === ".graphml" ? graphml(network) : ending === ".dot" ? dot(network) : csv(network);
};
