import { describe, expect, test } from "vitest";
import { fitMixed } from "./fit-mixed.ts";
import { mixedCodec } from "./mixed-codec.ts";
import { readRealTable, realTables, whySkipped } from "./real-tables.case.ts";

const draw = { seed: 0, part: 0 };

describe.skipIf(realTables.length === 0)(`real tables${whySkipped}`, () => {
  test.each(realTables)("%s comes back from its encoding", (name) => {
    const { columns, rows } = readRealTable(name);
    const codec = mixedCodec(JSON.parse(JSON.stringify(fitMixed(columns, rows).stored)));
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
    expect(worst.filter(({ most, missing }) => missing > 0 || most > 1e-4)).toEqual([]);
  });
});
