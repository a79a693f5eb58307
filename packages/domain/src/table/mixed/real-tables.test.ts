import { describe, expect, test } from "vitest";
import { fitMixed } from "./fit-mixed.ts";
import { mixedCodec } from "./mixed-codec.ts";
import type { GateLevel } from "./number-map.ts";
import { readRealTable, realTables, whySkipped } from "./real-tables.case.ts";
import type { StoredColumn } from "./stored-mixed.ts";

const draw = { seed: 0, part: 0 };

/** Gates that columns of numbers have. */
const expected: Readonly<Record<string, Readonly<Record<string, readonly GateLevel[]>>>> = {
  "adult.csv.gz": {
    "capital-gain": ["value", 0],
    "capital-loss": ["value", 0],
    "hours-per-week": ["value", 40],
  },
  "credit_default.csv.gz": Object.fromEntries(
    ["BILL_AMT", "PAY_AMT"].flatMap((name) => [1, 2, 3, 4, 5, 6].map((k) => [`${name}${k}`, ["value", 0]])),
  ),
  "mpg.csv": { horsepower: ["value", "missing"] },
  "penguins.csv": Object.fromEntries(
    ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"].map((name) => [name, ["value", "missing"]]),
  ),
  "taxis.csv.gz": { tip: ["value", 0] },
  "titanic.csv": { age: ["value", "missing"] },
};

describe.skipIf(realTables.length === 0)(`real tables${whySkipped}`, () => {
  test.each(realTables)("%s comes back from its encoding", (name) => {
    const { columns, rows } = readRealTable(name);
    const fitted = fitMixed(columns, rows);
    const gates = (fitted.stored.columns as readonly StoredColumn[]).flatMap((column) =>
      column.kind === "number" && column.gate ? [[column.name, column.gate]] : [],
    );
    expect(Object.fromEntries(gates)).toEqual(expected[name] ?? {});
    const codec = mixedCodec(JSON.parse(JSON.stringify(fitted.stored)));
    const back = codec.decode(codec.encode(rows, draw));
    const worst = columns.map((column, j) => {
      let most = 0;
      let missing = 0;
      for (let k = j; k < rows.data.length; k += columns.length) {
        const [value, found] = [rows.data[k]!, back.data[k]!];
        if (Number.isNaN(value) !== Number.isNaN(found)) missing++;
        else if (!Number.isNaN(value)) most = Math.max(most, Math.abs(found - value) / (Math.abs(value) || 1));
      }
      return { name: column.name, most, missing };
    });
    expect(worst.filter(({ most, missing }) => missing > 0 || most > 1e-5)).toEqual([]);
  });
});
