import { compareColumns } from "@scorefield/domain";
import { ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { correlatedColumns as columns, correlatedRows as rows } from "../../../../tools/correlated-rows.ts";
import { comparisonText } from "./comparison.ts";

test("a comparison as text", () => {
  const n = 400;
  const sets = { samples: rows(n, 2, 0, 1), reference: rows(n, 1, 0.8), training: rows(n, 3, 0.8) };
  const counts = { samples: n, reference: n, training: n };
  const text = comparisonText({ ...compareColumns(columns, sets), counts });
  expect(text).toMatch(/^Distances to 400 held-out rows \(samples: 400 drawn; real: 400 training rows/);
  expect(text).toMatch(/^column +KS samples +KS real +W1 samples +W1 real$/m);
  expect(text).toMatch(/root mean square error: samples 0\.\d+, real 0\.\d+ \(ratio/);
  expect(text).toMatch(/being constant .*: c$/);
  // Fewer training rows than samples: the same number of samples is compared.
  const few = { ...sets, training: rows(50, 3, 0.8) };
  expect(comparisonText({ ...compareColumns(columns, few), counts })).toMatch(
    /^Distances to 400 held-out rows \(samples: 50 of 400 drawn; real: 50 training rows/,
  );
});

test("of fewer than two columns of numbers nothing is said of correlations", () => {
  const one = ({ data, shape: [n = 0, d = 0] }: ReturnType<typeof rows>) =>
    ndarray(
      Float64Array.from({ length: n }, (_, i) => data[i * d]!),
      [n, 1],
    );
  const sets = { samples: one(rows(50, 2, 0)), reference: one(rows(50, 1, 0)), training: one(rows(50, 3, 0)) };
  const counts = { samples: 50, reference: 50, training: 50 };
  const text = comparisonText({ ...compareColumns(["a"], sets), counts });
  expect(text).not.toMatch(/correlation|NaN/i);
  expect(text).toMatch(/mean .*\S$/);
});

test("without training rows the samples stand alone", () => {
  const comparison = compareColumns(columns, { samples: rows(50, 2, 0.8), reference: rows(50, 1, 0.8) });
  expect(comparison.training).toBeUndefined();
  const counts = { samples: 50, reference: 50 };
  expect(comparisonText({ ...comparison, counts }, "rows of x.csv")).toMatch(
    /^Distances to 50 rows of x.csv \(samples: 50 drawn\)/,
  );
});
