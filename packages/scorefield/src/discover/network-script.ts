/**
 * The script of a network's page. It runs in a browser after Cytoscape.js, and finds the network in `found`. Colours are those of
 * the page, so that it follows dark and light.
 */
export const networkScript = `
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
const element = (id) => document.getElementById(id);
const least = element("least"), side = element("side");
const sure = found.edges.some((edge) => edge.confidence !== undefined);
least.disabled = !sure;
const elements = [
  ...found.names.map((name, i) => ({ data: { id: "n" + i, name, width: 10 + 7 * name.length } })),
  ...found.edges.map((edge, i) => ({
    data: { id: "e" + i, i, source: "n" + found.names.indexOf(edge.from), target: "n" + found.names.indexOf(edge.to),
      confidence: edge.confidence ?? 1, arrow: edge.directed ? "triangle" : "none" },
  })),
];
const joined = new Set(found.edges.flatMap(({ from, to }) => [from, to])).size;
const layered = joined <= 40 && found.edges.every(({ directed }) => directed);
const cy = cytoscape({
  container: element("network"),
  elements,
  style: [
    { selector: "node", style: { label: "data(name)", "background-color": colour("card"), "border-width": 1.5, "border-color": colour("data"),
      color: colour("ink"), "font-size": 12, "text-valign": "center", width: "data(width)", height: 22, padding: "6px", shape: "round-rectangle" } },
    { selector: "edge", style: { width: "mapData(confidence, 0, 1, 0.8, 4)", "line-color": colour("muted"), "target-arrow-color": colour("muted"),
      "target-arrow-shape": "data(arrow)", "curve-style": "bezier", opacity: "mapData(confidence, 0, 1, 0.35, 1)" } },
    { selector: ":selected", style: { "line-color": colour("sample"), "target-arrow-color": colour("sample"), "border-color": colour("sample"), opacity: 1 } },
    { selector: ".hidden", style: { display: "none" } },
  ],
  layout: layered
    ? { name: "breadthfirst", directed: true, spacingFactor: 1.1, animate: false }
    : { name: found.names.length > 300 ? "concentric" : "cose", animate: false, nodeDimensionsIncludeLabels: true, nodeRepulsion: 40000, idealEdgeLength: 70 },
});
const text = (tag, content) => Object.assign(document.createElement(tag), { textContent: content });
const digits = (value) => Number(value.toPrecision(3));
const scatter = (from, to) => {
  const columns = [from, to].map((name) => found.columns[found.names.indexOf(name)]);
  const ends = columns.map((values) => [Math.min(...values), Math.max(...values)]);
  const place = (value, [low, high]) => (high > low ? (value - low) / (high - low) : 0.5);
  const name = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(name, "svg");
  svg.setAttribute("viewBox", "0 0 300 260");
  const add = (tag, attributes, content = "") => {
    const made = document.createElementNS(name, tag);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.textContent = content;
    svg.append(made);
  };
  add("rect", { x: 40, y: 10, width: 250, height: 210, fill: "none", stroke: colour("rule") });
  columns[0].forEach((value, i) =>
    add("circle", { cx: 45 + 240 * place(value, ends[0]), cy: 215 - 200 * place(columns[1][i], ends[1]), r: 2, fill: colour("data"), opacity: 0.5 }));
  const word = { "font-size": 11, fill: colour("muted") };
  add("text", { ...word, x: 165, y: 252, "text-anchor": "middle" }, from);
  add("text", { ...word, x: 12, y: 115, "text-anchor": "middle", transform: "rotate(-90 12 115)" }, to);
  add("text", { ...word, x: 40, y: 236 }, digits(ends[0][0]));
  add("text", { ...word, x: 290, y: 236, "text-anchor": "end" }, digits(ends[0][1]));
  add("text", { ...word, x: 36, y: 220, "text-anchor": "end" }, digits(ends[1][0]));
  add("text", { ...word, x: 36, y: 18, "text-anchor": "end" }, digits(ends[1][1]));
  return svg;
};
const called = ({ from, to, directed }) => from + (directed ? " \\u2192 " : " \\u2014 ") + to;
const showEdge = (i) => {
  const edge = found.edges[i];
  cy.elements().unselect();
  cy.getElementById("e" + i).select();
  side.replaceChildren(
    text("h3", called(edge)),
    text("p", (edge.directed ? "" : "The data leave its direction open. ") +
      (edge.confidence === undefined ? "" : "Confidence " + edge.confidence.toFixed(2) + ". ") + "Correlation " + edge.correlation.toFixed(2) + "."),
    scatter(edge.from, edge.to),
  );
};
const showNode = (name) => {
  const list = document.createElement("ul");
  found.edges.forEach((edge, i) => {
    if (edge.from !== name && edge.to !== name) return;
    const item = document.createElement("li");
    const button = text("button", called(edge) + (edge.confidence === undefined ? "" : " (" + edge.confidence.toFixed(2) + ")"));
    button.addEventListener("click", () => showEdge(i));
    item.append(button);
    list.append(item);
  });
  side.replaceChildren(text("h3", name), list.children.length > 0 ? list : text("p", "no edges"));
};
cy.on("tap", "edge", (event) => showEdge(event.target.data("i")));
cy.on("tap", "node", (event) => showNode(event.target.data("name")));
least.addEventListener("input", () => {
  element("least-text").textContent = least.value;
  cy.edges().forEach((edge) => edge.toggleClass("hidden", edge.data("confidence") < Number(least.value)));
});
element("find").addEventListener("input", ({ target }) => {
  cy.elements().unselect();
  const word = target.value.trim().toLowerCase();
  const match = word && cy.nodes().filter((node) => node.data("name").toLowerCase().includes(word));
  if (!match || match.empty()) return;
  match.select();
  if (match.length === 1) showNode(match[0].data("name"));
});
side.append(text("p", "Nothing is chosen."));
window.network = { cy, showEdge, showNode };
`;
