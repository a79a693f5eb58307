import { consumerCounts, type Graph, rewrite, topologicalOrder } from "../graph/graph.ts";
import { sameShape } from "../graph/shape.ts";
import type { Tensor } from "../graph/tensor.ts";
import { add, addOperation } from "../operation/arithmetic.ts";
import { concat, concatOperation, pad, padOperation } from "../operation/window.ts";

/** Tensors side by side along an axis, the first one at `start`, zeros around them. */
interface Strip {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly parts: readonly Tensor[];
}

/**
 * Sums of zero-padded parts that lie side by side, such as the gradient of what was split, become one concatenation. A
 * pad and an addition of the full size per part would take time quadratic in the number of parts.
 */
export const joinPads = (graph: Graph): Graph => {
  const consumers = consumerCounts(graph);
  // Sums that nothing but a larger sum of the same shape needs.
  const inner = new Set<Tensor>();
  for (const node of topologicalOrder(graph.outputs))
    for (const x of node.operation === addOperation ? node.inputs : [])
      if (x.operation === addOperation && consumers.get(x) === 1 && sameShape(x.shape, node.shape)) inner.add(x);
  const rebuilt = new Set<Tensor>();
  return rewrite(graph, (node, original) => {
    if (node.operation !== addOperation) return undefined;
    if (!inner.has(original)) return join(termsOf(node, rebuilt), node);
    rebuilt.add(node);
    return undefined;
  });
};

/** What a sum of sums adds up, from left to right. */
const termsOf = (sum: Tensor, inner: ReadonlySet<Tensor>): Tensor[] => {
  const terms: Tensor[] = [];
  const stack = [...sum.inputs].reverse();
  for (let x = stack.pop(); x; x = stack.pop())
    if (inner.has(x)) stack.push(...[...x.inputs].reverse());
    else terms.push(x);
  return terms;
};

const join = (terms: readonly Tensor[], sum: Tensor): Tensor | undefined => {
  const strips: Strip[] = [];
  const others: Tensor[] = [];
  for (const term of terms) {
    const strip = sameShape(term.shape, sum.shape) ? stripOf(term) : undefined;
    if (strip) strips.push(strip);
    else others.push(term);
  }
  strips.sort((a, b) => a.axis - b.axis || a.start - b.start);
  const joined: Strip[] = [];
  for (const strip of strips) {
    const last = joined.at(-1);
    if (last?.axis === strip.axis && last.end === strip.start)
      joined[joined.length - 1] = { ...last, end: strip.end, parts: [...last.parts, ...strip.parts] };
    else joined.push(strip);
  }
  if (joined.length === strips.length) return undefined;
  return [...others, ...joined.map((strip) => padded(strip, sum))].reduce((total, term) => add(total, term));
};

const stripOf = (x: Tensor): Strip | undefined => {
  if (x.operation !== padOperation || x.attributes.value !== 0) return undefined;
  const [part] = x.inputs as [Tensor];
  const axes = x.shape.flatMap((n, axis) => (n === part.shape[axis] ? [] : [axis]));
  const [axis] = axes;
  if (axes.length !== 1 || axis === undefined) return undefined;
  const start: number = x.attributes.widths[axis][0];
  const parts = part.operation === concatOperation && part.attributes === axis ? part.inputs : [part];
  return { axis, start, end: start + part.shape[axis]!, parts };
};

const padded = ({ axis, start, end, parts }: Strip, sum: Tensor): Tensor => {
  const widths = sum.shape.map((n, i) => (i === axis ? [start, n - end] : [0, 0]));
  return widths[axis]!.some((width) => width > 0) ? pad(concat(parts, axis), widths) : concat(parts, axis);
};
