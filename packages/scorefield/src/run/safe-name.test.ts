import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { distinctName, safeName, safeNames } from "./safe-name.ts";

describe("a safe name", () => {
  test.each([
    ["cat", "cat"],
    ["Äpfel und Birnen", "Äpfel und Birnen"],
    ["3", "3"],
    ["v1.5", "v1.5"],
    ["..", "_"],
    [".", "_"],
    ["", "_"],
    ["   ", "_"],
    [".hidden", "_hidden"],
    ["../../etc/passwd", "_-..-etc-passwd"],
    ["/root", "-root"],
    ["C:\\Windows", "C-Windows"],
    ["a/b", "a-b"],
    ["a\0b\nc", "a-b-c"],
    ["con", "_con"],
    ["NUL.txt", "_NUL.txt"],
    ["com1", "_com1"],
    ["LPT¹ .x", "_LPT¹ .x"],
    ["console", "console"],
    ["end. . ", "end"],
    ["\ud800x", "-x"],
  ])("of %j is %j", (text, name) => expect(safeName(text)).toBe(name));

  test("is short, and holds whole characters", () => {
    expect(safeName("x".repeat(1000))).toBe("x".repeat(100));
    expect(safeName("🐈".repeat(1000))).toBe("🐈".repeat(25));
    expect(safeName(`${"x".repeat(99)}. ${"y".repeat(9)}`)).toBe("x".repeat(99));
  });

  test("is the name of a file inside the folder, for any text, and its own safe name", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" })), (text) => {
        const name = safeName(text);
        expect(name).toMatch(/^[^./\\\0][^/\\\0]*$/u);
        expect(name).not.toMatch(/[.\s]$/);
        expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(100);
        expect(safeName(name)).toBe(name);
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});

test("texts that are not safe names get different names", () => {
  expect(distinctName("3,8")).toBe("3,8");
  expect(distinctName("日本")).toBe("日本");
  expect(distinctName("a/b")).toMatch(/^a-b-[0-9a-f]{8}$/);
  const long = ["x".repeat(200), "x".repeat(201)].map(distinctName);
  expect(new Set(long).size).toBe(2);
});

test("several texts get different names, also on disks that ignore case", () => {
  const names = safeNames(["Cat", "cat", "a/b", "a-b", "a\\b", "a-b-2", "", "..", "Cat"]);
  expect([...names]).toEqual([
    ["Cat", "Cat"],
    ["cat", "cat-2"],
    ["a/b", "a-b"],
    ["a-b", "a-b-2"],
    ["a\\b", "a-b-3"],
    ["a-b-2", "a-b-2-2"],
    ["", "_"],
    ["..", "_-2"],
  ]);
});
