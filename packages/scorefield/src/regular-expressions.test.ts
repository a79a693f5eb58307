/** No regular expression of this project takes more than linear time, for any text. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { check } from "recheck";
import ts from "typescript";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Those that are quadratic, and why no text that they are given is long. */
const boundedInputs: Readonly<Record<string, string>> = {
  "/(\\.[A-Za-z]\\w*)+$/": "the last part of a path, which no file system lets be long",
  "/[^/]+\\/(src|dist)\\/errors\\.[jt]s.*$/": "the address of the module itself",
  "/\\(?((?:file:\\/\\/|https?:\\/\\/|\\/|[A-Za-z]:[\\\\/])[^()]*:\\d+:\\d+)\\)?$/": "a line of the stack trace",
};

interface Found {
  readonly place: string;
  readonly text: string;
}

/** The regular expressions of a program, and the calls that make others. */
const expressionsOf = (name: string, text: string): { literals: Found[]; made: Found[] } => {
  const literals: Found[] = [];
  const made: Found[] = [];
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest);
  const visit = (node: ts.Node): void => {
    const found = (text: string): Found => ({
      place: `${name}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}`,
      text,
    });
    if (ts.isRegularExpressionLiteral(node)) literals.push(found(node.text));
    if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText(source) === "RegExp")
      made.push(found(node.getText(source)));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { literals, made };
};

/** What an attacker would write, and how the time grows; undefined for a linear expression. */
const attackOn = async (literal: string): Promise<string | undefined> => {
  const end = literal.lastIndexOf("/");
  const result = await check(literal.slice(1, end), literal.slice(end + 1), { timeout: 60_000 });
  if (result.status === "safe") return undefined;
  if (result.status === "unknown") return `not decided (${result.error.kind})`;
  return `${result.complexity.summary} for ${result.attack.pattern}`;
};

const programs = ["packages/core", "packages/data", "packages/scorefield", "packages/tensor"]
  .map((folder) => `${folder}/src`)
  .concat("bench", "docs/make", "examples")
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter(
        (entry) => entry.isFile() && /\.[jt]s$/.test(entry.name) && !/\.(test|case)\.ts$|_pb\.ts$/.test(entry.name),
      )
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  );

test("the expression that once took 88 s for a cell of digits is found", async () => {
  const { literals } = expressionsOf("old.ts", "const decimal = /^[+-]?(\\d+\\.?\\d*|\\.\\d+)(e[+-]?\\d+)?$/i;");
  expect(await attackOn(literals[0]!.text)).toMatch(/2nd degree polynomial for .*repeat/);
});

test("every regular expression of the project is linear", { timeout: 300_000 }, async () => {
  const all = programs.map((name) => expressionsOf(name, readFileSync(join(root, name), "utf8")));
  expect(all.flatMap(({ made }) => made)).toEqual([]);
  const literals = all.flatMap(({ literals }) => literals);
  expect(literals.length).toBeGreaterThan(60);
  const unused = new Set(Object.keys(boundedInputs));
  const problems: string[] = [];
  for (const [text, place] of new Map(literals.map(({ text, place }) => [text, place]))) {
    const attack = await attackOn(text);
    if (attack !== undefined && !unused.delete(text)) problems.push(`${place}: ${text} is ${attack}`);
  }
  expect(problems).toEqual([]);
  expect([...unused]).toEqual([]);
});
