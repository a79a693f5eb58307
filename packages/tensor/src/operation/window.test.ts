import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile, traceOptimised } from "../compile.ts";
import { grad } from "../differentiate/differentiate.ts";
import { ShapeError } from "../errors.ts";
import type { Tensor } from "../graph/tensor.ts";
import { castArray, type DataType, fromNested, type NdArray, ndarray, type Shape, sizeOf } from "../ndarray.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { expectClose } from "../testing/close.ts";
import { checkDerivatives } from "../testing/derivatives.ts";
import { evaluate, testRuntime } from "../testing/evaluate.ts";
import { randomArray } from "../testing/random.ts";
import { anyShape } from "../testing/shapes.ts";
import { multiply } from "./arithmetic.ts";
import { sum } from "./broadcast.ts";
import { input } from "./source.ts";
import { concat, flip, pad, type Range, slice, sliceAxis, split, stack } from "./window.ts";

/** The positions that Python's x[start:end:step] takes of n. */
const pythonRange = (n: number, range: Range | null): number[] => {
  const [start, end, step = 1] = range ?? [null, null];
  const clamp = (v: number, low: number, high: number): number => Math.min(high, Math.max(low, v < 0 ? v + n : v));
  const from = start === null ? (step > 0 ? 0 : n - 1) : step > 0 ? clamp(start, 0, n) : clamp(start, -1, n - 1);
  const to = end === null ? (step > 0 ? n : -1) : step > 0 ? clamp(end, 0, n) : clamp(end, -1, n - 1);
  const found: number[] = [];
  for (let i = from; step > 0 ? i < to : i > to; i += step) found.push(i);
  return found;
};

/** The elements at these positions along every axis. */
const pick = (x: NdArray, places: readonly (readonly number[])[]): number[] => {
  const strides = x.shape.map((_, axis) => sizeOf(x.shape.slice(axis + 1)));
  let offsets = [0];
  for (const [axis, list] of places.entries())
    offsets = offsets.flatMap((o) => list.map((i) => o + i * strides[axis]!));
  return offsets.map((o) => Number(x.data[o]));
};

const position = fc.option(fc.integer({ min: -6, max: 6 }));
const range: fc.Arbitrary<Range | null> = fc.option(fc.tuple(position, position, fc.constantFrom(-3, -2, -1, 1, 2, 3)));

describe("slice", () => {
  it("takes what Python would, and its transpose puts it back, for any ranges", async () => {
    await fc.assert(
      fc.asyncProperty(anyShape(), fc.array(range, { minLength: 3, maxLength: 3 }), async (shape, list) => {
        const ranges = list.slice(0, shape.length);
        const x = randomArray(1, shape);
        const places = shape.map((n, axis) => pythonRange(n, ranges[axis]!));
        const weights = randomArray(
          2,
          places.map((list) => list.length),
        );
        const [part, back] = await evaluate(
          (p, w) => [slice(p, ranges), grad((q: Tensor) => sum(multiply(slice(q, ranges), w)))(p)],
          x,
          weights,
        );
        expect(part.shape).toEqual(weights.shape);
        expectClose(part, pick(x, places));
        const expected = new Float64Array(x.data.length);
        for (const [i, place] of pick({ ...x, data: Float64Array.from(x.data.keys()) }, places).entries())
          expected[place] = weights.data[i]!;
        expectClose(back, ndarray(expected, shape));
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it("of a concatenation is a slice of its part, empty and backward ones included", async () => {
    const x = fromNested(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      "float64",
    );
    const found = await evaluate((p) => {
      const twice = concat([p, multiply(p, 10)], 0);
      return [
        slice(twice, [
          [0, 2],
          [0, 5, -1],
        ]),
        slice(twice, [
          [2, 4],
          [null, null, -2],
        ]),
        slice(twice, [
          [3, 4],
          [1, 3],
        ]),
        slice(twice, [[1, 3]]),
        slice(twice, [[3, 3]]),
      ];
    }, x);
    expect(found.map(({ shape }) => shape)).toEqual([
      [2, 0],
      [2, 2],
      [1, 2],
      [2, 3],
      [0, 3],
    ]);
    expectClose(found[1], [30, 10, 60, 40]);
    expectClose(found[2], [50, 60]);
    expectClose(found[3], [4, 5, 6, 10, 20, 30]);
  });

  it("names what does not fit", () => {
    const x = input({ dtype: "float32", shape: [4] });
    expect(() => slice(x, [null, null])).toThrow(/^slice\(float32\[4\]\): expected at most 1 ranges, found 2/);
    expect(() => slice(x, [[0, 2, 0]])).toThrow(/a step other than 0 on axis 0, found \[0,2,0\]/);
    expect(() => slice(x, [[0.5, 2]])).toThrow(ShapeError);
    expect(() => sliceAxis(x, 1, 0, 2)).toThrow(/^slice\(float32\[4\]\): axis 1 is outside/);
  });
});

describe("split, concat, stack, flip", () => {
  const f = (x: Tensor | undefined, y: Tensor | undefined) => {
    const square = multiply(x!, x!);
    return {
      parts: split(square, [1, 3], -1),
      equal: split(square, 2, 1)[1]!,
      concat: concat([square, y!, square], 0),
      stack: stack([square, square], -1),
      flip: flip(square, [0, -1]),
      backwards: slice(square, [null, [3, 0, -2]]),
    };
  };

  it("have right derivatives", async () => {
    await checkDerivatives(f as never, [randomArray(1, [2, 4]), randomArray(2, [1, 4])]);
  });

  it.each<DataType>(["float32", "float64", "int32", "int64", "bool"])("move elements of %s", async (dtype) => {
    const x = castArray(
      fromNested([
        [1, 0, 1],
        [0, 0, 1],
      ]),
      dtype,
    );
    const found = await evaluate(
      (p) => [
        concat([p, p], -1),
        stack([p, p], 1),
        flip(p, 1),
        ...split(p, [1, 2], 1),
        pad(p, [
          [0, 1],
          [1, 0],
        ]),
      ],
      x,
    );
    const expected = [
      [
        [1, 0, 1, 1, 0, 1],
        [0, 0, 1, 0, 0, 1],
      ],
      [
        [
          [1, 0, 1],
          [1, 0, 1],
        ],
        [
          [0, 0, 1],
          [0, 0, 1],
        ],
      ],
      [
        [1, 0, 1],
        [1, 0, 0],
      ],
      [[1], [0]],
      [
        [0, 1],
        [0, 1],
      ],
      [
        [0, 1, 0, 1],
        [0, 0, 0, 1],
        [0, 0, 0, 0],
      ],
    ];
    for (const [i, values] of expected.entries()) expectClose(found[i]!, castArray(fromNested(values), dtype));
  });

  it("fall apart in stages where the runtime takes few results of one operation", async () => {
    const f = (x: Tensor): Tensor => {
      const parts = split(
        x,
        Array.from({ length: 40 }, (_, i) => (i % 3) + 1),
      );
      return stack(parts.map((part, i) => sum(multiply(part, i + 1))));
    };
    const specs = [{ shape: [79] }] as const;
    const { nodes } = traceOptimised(f, specs, { portable: false, mostOutputs: 6 });
    const splits = nodes.filter(({ op }) => op === "Split");
    expect(splits.length).toBeGreaterThan(6);
    for (const { outputs } of splits) expect(outputs.length).toBeLessThanOrEqual(6);

    const runtime = testRuntime();
    const few: Runtime = {
      ...runtime,
      target: async (question) => ({ ...(await runtime.target(question)), mostOutputs: 6 }),
    };
    const x = ndarray(Float32Array.from({ length: 79 }, (_, i) => Math.sin(i)));
    const expected = await (await compile(f, specs, { runtime }))(x);
    expect(await (await compile(f, specs, { runtime: few }))(x)).toEqual(expected);
  });

  it("allows empty parts", async () => {
    const found = await evaluate((p) => split(multiply(p, 2), [0, 2, 0]), fromNested([1, 2], "float64"));
    expect(found.map(({ shape }) => shape)).toEqual([[0], [2], [0]]);
    expectClose(found[1]!, [2, 4]);
  });

  it("name what does not fit", () => {
    const [x, y] = [input({ dtype: "float32", shape: [2, 3] }), input({ dtype: "float32", shape: [2, 4] })];
    expect(() => split(x, [1, 3], 1)).toThrow(
      /^split\(float32\[2,3\]\): parts \[1,3\] do not add up to the 3 elements of axis 1/,
    );
    expect(() => split(x, 2, 1)).toThrow(ShapeError);
    expect(() => concat([x, y])).toThrow(/^concat\(float32\[2,3\], float32\[2,4\]\): .*equal sizes on all axes but 0/);
    expect(() => concat([x, y], -3)).toThrow(/axis -3 is outside a tensor of rank 2/);
    expect(() => concat([])).toThrow(/expected at least one tensor/);
    expect(() => stack([x, y])).toThrow(ShapeError);
    expect(() => stack([x, x], 3)).toThrow(ShapeError);
    expect(() => flip(x, 2)).toThrow(/^flip/);
  });
});

describe("pad", () => {
  const modes = ["constant", "reflect", "edge"] as const;
  /** Where the elements of a padded axis come from; -1 is the margin of a constant. */
  const origins: Record<(typeof modes)[number], (i: number, n: number) => number> = {
    constant: (i, n) => (i >= 0 && i < n ? i : -1),
    reflect: (i, n) => (i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i),
    edge: (i, n) => Math.min(n - 1, Math.max(0, i)),
  };

  it.each(modes)("fills margins in mode %s, for any widths", async (mode) => {
    const axis = fc.tuple(fc.constantFrom(2, 3, 4), fc.constantFrom(0, 1), fc.constantFrom(0, 1));
    await fc.assert(
      fc.asyncProperty(fc.array(axis, { minLength: 1, maxLength: 3 }), async (axes) => {
        const shape: Shape = axes.map(([n]) => n);
        const x = randomArray(1, shape);
        const found = await evaluate(
          (p) =>
            pad(
              p,
              axes.map(([, before, after]) => [before, after]),
              { mode, value: mode === "constant" ? 7 : 0 },
            ),
          x,
        );
        const places = axes.map(([n, before, after]) =>
          Array.from({ length: n + before + after }, (_, i) => origins[mode](i - before, n)),
        );
        let expected: number[][] = [[]];
        for (const list of places) expected = expected.flatMap((head) => list.map((i) => [...head, i]));
        expectClose(
          found,
          expected.map((place) =>
            place.includes(-1)
              ? 7
              : pick(
                  x,
                  place.map((i) => [i]),
                )[0]!,
          ),
        );
      }),
      { numRuns: 15, seed: 8 },
    );
  });

  it("mirrors widths up to the size less one", async () => {
    const found = await evaluate((p) => pad(p, [[2, 2]], { mode: "reflect" }), fromNested([1, 2, 3], "float64"));
    expectClose(found, [3, 2, 1, 2, 3, 2, 1]);
    const edge = await evaluate((p) => pad(p, [[3, 0]], { mode: "edge" }), fromNested([1, 2], "float64"));
    expectClose(edge, [1, 1, 1, 1, 2]);
  });

  it("has right derivatives", async () => {
    const f = (x: Tensor | undefined) =>
      Object.fromEntries(
        modes.map((mode) => [
          mode,
          pad(
            multiply(x!, x!),
            [
              [1, 0],
              [2, 1],
            ],
            { mode, value: 0 },
          ),
        ]),
      );
    await checkDerivatives(f, [randomArray(1, [2, 3])]);
  });

  it("names what does not fit", () => {
    const x = input({ dtype: "float32", shape: [2, 3] });
    expect(() => pad(x, [[1, 1]])).toThrow(
      /^pad\(float32\[2,3\]\): expected a \[before, after\] pair .* for each of 2 axes/,
    );
    expect(() => pad(x, [[1, 1]], { mode: "edge" })).toThrow(/expected widths for each of 2 axes, found 1/);
    expect(() =>
      pad(x, [
        [-1, 0],
        [0, 0],
      ]),
    ).toThrow(ShapeError);
    expect(() =>
      pad(
        x,
        [
          [2, 0],
          [0, 0],
        ],
        { mode: "reflect" },
      ),
    ).toThrow(/widths \[2, 0\] on axis 0 must lie between 0 and 1 in mode reflect/);
  });
});
