import { describe, expect, test } from "vitest";
import { CellKind, type NumberRules, numberText, withoutAffix } from "./number-text.ts";

const kindName = (kind: CellKind): string => Object.entries(CellKind).find(([, value]) => value === kind)![0];
const read = (text: string, rules?: NumberRules) => {
  const { kind, value, other } = numberText(text, rules);
  return [kindName(kind), value, ...(Number.isNaN(other) ? [] : [other])];
};

test.each([
  ["12", "plain", 12],
  ["-7", "plain", -7],
  ["−7", "plain", -7],
  ["+007", "plain", 7],
  ["1e5", "plain", 1e5],
  ["3.14", "point", 3.14],
  [".5", "point", 0.5],
  ["5.", "point", 5],
  ["-1.5e-3", "point", -0.0015],
  ["0.123", "point", 0.123],
  ["1234.567", "point", 1234.567],
  ["3,14", "comma", 3.14],
  [",5", "comma", 0.5],
  ["0,123", "comma", 0.123],
  ["-1234,567", "comma", -1234.567],
  ["1,5e3", "comma", 1500],
  ["1,234.50", "point", 1234.5],
  ["1,234,567", "point", 1234567],
  ["-12,345,678.9", "point", -12345678.9],
  ["1.234,50", "comma", 1234.5],
  ["1.234.567", "comma", 1234567],
  ["1,234.567", "point", 1234.567],
  ["1.234,567", "comma", 1234.567],
  ["1 234", "plain", 1234],
  ["1 234,50", "comma", 1234.5],
  ["1\u00a0234,500", "comma", 1234.5],
  ["1\u202f234.5", "point", 1234.5],
  ["12 345 678", "plain", 12345678],
  ["1'234.50", "point", 1234.5],
  ["1’234’567", "plain", 1234567],
] as const)("%s is a number", (text, kind, value) => {
  expect(read(text)).toEqual([kind, value]);
});

test("one thousand or one: both readings are given", () => {
  expect(read("1,234")).toEqual(["eitherComma", 1234, 1.234]);
  expect(read("-1.234")).toEqual(["eitherPoint", -1.234, -1234]);
  expect(numberText("1,234")).toMatchObject({ decimals: 0, otherDecimals: 3, thousands: ",", otherThousands: "" });
  expect(read("1.234e2")).toEqual(["point", 123.4]);
});

test.each(
  [
    "",
    "abc",
    "1,23,456",
    "12,34.5",
    "1.2.3",
    "1,2,3",
    "1 23",
    "1 234 56",
    "0,123,456",
    "2020-01-02",
    "12:30",
    "--1",
  ].concat([
    "1_000",
    "0x1f",
    "1.234,567.8",
    "1,234 567",
    ".",
    ",",
    "-",
    "e5",
    "1e999",
    "12a",
    "1,234.567,8",
    "1'234,567'890",
  ]),
)("%s is none", (text) => {
  expect(read(text)[0]).toBe("text");
});

test("infinities are neither finite numbers nor words", () => {
  for (const text of ["inf", "-Infinity", "∞"]) expect(read(text)[0]).toBe("infinite");
});

test("what the options say is not guessed", () => {
  expect(read("1,234", { decimal: "," })).toEqual(["comma", 1.234]);
  expect(read("1,234", { decimal: "." })).toEqual(["point", 1234]);
  expect(read("1.234", { decimal: "," })).toEqual(["comma", 1234]);
  expect(read("1.234", { decimal: "." })).toEqual(["point", 1.234]);
  expect(read("1,234", { thousands: "" })).toEqual(["comma", 1.234]);
  expect(read("1,234", { thousands: "." })).toEqual(["comma", 1.234]);
  expect(read("3,14", { decimal: "." })[0]).toBe("text");
  expect(read("3.14", { decimal: "," })[0]).toBe("text");
  expect(read("1 234", { thousands: "," })[0]).toBe("text");
  expect(read("1\u202f234", { thousands: " " })).toEqual(["plain", 1234]);
  expect(read("1.234,5", { decimal: ",", thousands: "" })[0]).toBe("text");
});

describe("signs", () => {
  test.each([
    ["12 %", "12", "", "%"],
    ["€ 3.50", "3.50", "€", ""],
    ["-$1,200", "-1,200", "$", ""],
    ["3,50 €", "3,50", "", "€"],
    ["£5", "5", "£", ""],
  ])("%s", (text, rest, prefix, suffix) => {
    expect(withoutAffix(text)).toEqual({ rest, affix: { prefix, suffix } });
  });
  test("others have none", () => {
    for (const text of ["12", "12 kg", "%", "€", ""]) expect(withoutAffix(text)).toBeUndefined();
  });
});
