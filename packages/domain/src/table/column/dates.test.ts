import { expect, test } from "vitest";
import { dateUnit, findDates } from "./date-column.ts";
import { formatDate, readDate } from "./date-text.ts";

const at = (...parts: [number, number, number, number?, number?, number?, number?]) => {
  const [year, month, ...rest] = parts;
  return Date.UTC(year, month - 1, ...rest);
};

test.each([
  [["2024-01-31", "1999-12-01"], "YYYY-MM-DD", at(2024, 1, 31)],
  [["2024/1/31", "1999/12/1"], "YYYY/M/D", at(2024, 1, 31)],
  [["31/01/2024", "01/12/1999"], "DD/MM/YYYY", at(2024, 1, 31)],
  [["1/31/2024", "12/1/1999"], "M/D/YYYY", at(2024, 1, 31)],
  [["31.1.24", "1.12.99"], "D.M.YY", at(2024, 1, 31)],
  [["2024-01-02 03:04:05", "2023-12-31 23:59:59"], "YYYY-MM-DD HH:mm:ss", at(2024, 1, 2, 3, 4, 5)],
  [["2024-01-02T03:04:05Z", "2023-12-31T23:59:59Z"], "YYYY-MM-DDTHH:mm:ssZ", at(2024, 1, 2, 3, 4, 5)],
  [["2024-01-02T03:04:05.678+02:00"], "YYYY-MM-DDTHH:mm:ss.SSS+02:00", at(2024, 1, 2, 1, 4, 5, 678)],
  [["01/31/2024 3:04 PM", "12/01/1999 11:00 AM"], "MM/DD/YYYY h:mm A", at(2024, 1, 31, 15, 4)],
  [["2 Jan 2024", "13 Dec 1999"], "D MMM YYYY", at(2024, 1, 2)],
  [["02-Jan-24", "13-Dec-99"], "DD-MMM-YY", at(2024, 1, 2)],
  [["January 2, 2024", "May 13, 1999"], "MMMM D, YYYY", at(2024, 1, 2)],
  [["Jan 2024", "Sep 1999"], "MMM YYYY", at(2024, 1, 1)],
  [["2024-01", "1999-12"], "YYYY-MM", at(2024, 1, 1)],
  [["20240131", "19991201"], "YYYYMMDD", at(2024, 1, 31)],
] as const)("%j", (texts, format, first) => {
  const found = findDates(texts)!;
  expect(found.format).toBe(format);
  expect(found.values[0]).toBe(first);
  expect(Array.from(found.values, (value) => formatDate(value, format))).toEqual(texts);
  expect(texts.map((text) => readDate(text, format))).toEqual([...found.values]);
});

test("texts that are no dates, or of several ways", () => {
  for (const texts of [
    ["2024-02-30"],
    ["2024-13-01"],
    ["25/25/2024"],
    ["2024-01-01", "01/01/2024"],
    ["13/01/2024", "01/13/2024"],
    ["Bonn"],
    ["12.5"],
    ["2023-24"],
    ["2024-01-01 25:00"],
    ["555-1234"],
  ])
    expect(findDates(texts)).toBeUndefined();
});

test("an ISO date is read whatever the column's own format is", () => {
  expect(readDate("2024-03-04", "DD/MM/YYYY")).toBe(at(2024, 3, 4));
  expect(readDate("04/03/2024", "DD/MM/YYYY")).toBe(at(2024, 3, 4));
  expect(readDate("04/03/2024", "MM/DD/YYYY")).toBe(at(2024, 4, 3));
  expect(readDate("soon", "DD/MM/YYYY")).toBeNaN();
});

test("the unit of dates", () => {
  const unit = (...times: number[]) => dateUnit(Float64Array.of(...times, Number.NaN));
  expect(unit(at(2024, 1, 1), at(2024, 1, 2))).toBe(86_400_000);
  expect(unit(at(2024, 1, 1, 4))).toBe(3_600_000);
  expect(unit(at(2024, 1, 1, 4, 30))).toBe(60_000);
  expect(unit(at(2024, 1, 1, 4, 30, 1))).toBe(1000);
  expect(unit(at(2024, 1, 1, 4, 30, 1, 5))).toBe(1);
});
