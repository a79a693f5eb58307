import { operators } from "@scorefield/inverse/internal";
import { expect, test } from "vitest";
import { z } from "zod";
import { partSchema } from "./part-schema.ts";

test("parts that hold parts of their own sort", () => {
  const schema = partSchema(operators);
  const of = (operator: unknown) => ({ kind: "scale", factor: 2, operator });
  expect(schema.safeParse(of(of({ kind: "identity", input: [3] }))).success).toBe(true);
  expect(schema.safeParse(of(of({ kind: "identity", inputs: [3] }))).success).toBe(false);
  expect(JSON.stringify(z.toJSONSchema(schema))).toContain("$ref");
});

test("arrays are nested lists or base64", () => {
  const schema = partSchema(operators);
  expect(schema.safeParse({ kind: "mask", input: [2], mask: [1, 0] }).success).toBe(true);
  const base64 = { shape: [2], dtype: "float32", base64: "AACAPwAAAMA=" };
  expect(schema.safeParse({ kind: "mask", input: [2], mask: base64 }).success).toBe(true);
  expect(schema.safeParse({ kind: "mask", input: [2], mask: "1, 0" }).success).toBe(false);
});
