import fc from "fast-check";
import { expect, test } from "vitest";
import { parseJson } from "./parse-json.ts";

fc.configureGlobal({ seed: 1 });

test("every JSON is parsed as JSON.parse does, brackets in texts included", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.string().map((text) => JSON.stringify(`[[{\\"${text}`)),
      ),
      (text) => {
        expect(parseJson(text)).toEqual(JSON.parse(text));
      },
    ),
  );
  expect(() => parseJson("{")).toThrow(SyntaxError);
});

test("what nests deeper than any recipe is refused", () => {
  const nested = (depth: number): string => `${'{"a":['.repeat(depth / 2)}${"]}".repeat(depth / 2)}`;
  expect(parseJson(nested(100))).toBeTypeOf("object");
  expect(() => parseJson(nested(102))).toThrow(/nested more than 100 deep/);
  expect(() => parseJson("[".repeat(1_000_000))).toThrow(/nested more than 100 deep/);
});
