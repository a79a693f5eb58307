import { ArgumentError, normal } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { fitEvents } from "./event-codec.ts";
import { writeObservables } from "./event-coordinates.ts";
import { eventLayout } from "./event-layout.ts";

const layout = eventLayout(["mu- mu+", "e- e+ j"], []);
const width = layout.columns.length;
const at = (name: string): number => layout.columns.indexOf(name);
const rows = (() => {
  const n = 200;
  const z = normal([n, 9], { seed: 3, dtype: "float64" }).data;
  const data = new Float64Array(n * width).fill(Number.NaN);
  for (let i = 0; i < n; i++) {
    const row = data.subarray(i * width, (i + 1) * width);
    row[0] = i % 2;
    for (const [k, { pt, eta, phi }] of layout.slots.entries()) {
      if (k === 2 && i % 2 === 0) continue;
      row[pt] = 40 * Math.exp(z[9 * i + 3 * k]! / 4);
      row[eta] = z[9 * i + 3 * k + 1]!;
      row[phi] = ((z[9 * i + 3 * k + 2]! + 3 * k) % 6) - 3;
    }
    writeObservables(layout, row);
  }
  return ndarray(data, [n, width]);
})();
const codec = fitEvents(layout, rows);

test("the model is conditioned on the final state, the mass and angles; other ranges are left to choosing draws", () => {
  const nothing = new Float32Array(codec.observedSize);
  expect(codec.observe([{ column: "process", is: 1 }])).not.toEqual(nothing);
  expect(codec.observe([{ column: "mass", low: 60, high: 90 }])).not.toEqual(nothing);
  expect(codec.observe([{ column: "eta2", is: 0.5 }])).not.toEqual(nothing);
  expect(codec.observe([{ column: "pt1", low: 30 }])).toEqual(nothing);
  expect(codec.observe([{ column: "ht", high: 200 }])).toEqual(nothing);
  const kept = codec.satisfies([{ column: "pt1", low: 40 }], rows);
  expect([...kept]).toEqual(Array.from({ length: 200 }, (_, i) => (rows.data[i * width + at("pt1")]! >= 40 ? 1 : 0)));
});

test("exact values of what is no coordinate are refused, and so is whether a particle is missing", () => {
  expect(() => codec.observe([{ column: "pt1", is: 40 }])).toThrow(
    "condition on pt1: expected a range, such as pt1 > 30, found an exact value, which the model takes of process, mass, eta1, eta2, phi1 alone",
  );
  expect(() => codec.observe([{ column: "eta3", is: 1 }])).toThrow(ArgumentError);
  expect(() => codec.observe([{ column: "pt3", missing: true }])).toThrow("expected a condition on process");
  expect(() => codec.observe([{ column: "pt9", low: 1 }])).toThrow(/one of the columns process, mass/);
});

test("whole particles of a given row are known as its encoding has them", () => {
  const steady = { seed: 0, part: 2, steady: true };
  const one = ndarray(rows.data.slice(width, 2 * width), [1, width]);
  const encoded = codec.encode(one, steady).data;
  const observed = codec.observeRows(one, { seed: 0 }).data;
  // A number is known exactly where 16 + low and 16 - high say the same.
  let place = 0;
  let element = 0;
  const exact: number[] = [];
  for (const size of codec.layout.columns) {
    if (size === 1) {
      if (observed[place]! > 0 && Math.abs(observed[place]! - 16 - (16 - observed[place + 1]!)) < 1e-5)
        exact.push(Math.abs(observed[place]! - 16 - encoded[element]!));
      place += 2;
    } else place += size;
    element += size;
  }
  // The mass, and the two angles of the first particle; three of each other one.
  expect(exact.length).toBe(9);
  expect(Math.max(...exact)).toBeLessThan(2e-3);
});

test("a momentum alone is no coordinate", () => {
  const row = new Float64Array(width).fill(Number.NaN);
  row[at("pt1")] = 40;
  expect(() => codec.observeRows(ndarray(row, [1, width]))).toThrow(/found pt1 alone in row 1/);
});
