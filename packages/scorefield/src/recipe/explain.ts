/** What is wrong with a recipe, in one line for the user. */
import { didYouMean } from "@scorefield/core";
import { newName, renamedTo } from "@scorefield/core/internal";
import type { z } from "zod";
import { suggest } from "./suggest.ts";

type Issue = z.core.$ZodIssue;

const show = (value: unknown): string => {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};

interface SchemaNode {
  readonly def: {
    readonly type: string;
    readonly innerType?: SchemaNode;
    readonly shape?: Readonly<Record<string, SchemaNode>>;
    readonly options?: readonly SchemaNode[];
    readonly values?: readonly unknown[];
  };
}

/** The schema at a path, of an object or of its kinds, choosing among kinds by what the recipe says on the way. */
const nodeAt = (schema: SchemaNode, value: unknown, path: readonly PropertyKey[]): SchemaNode | undefined => {
  let node = schema;
  while (node.def.innerType) node = node.def.innerType;
  if (path.length === 0) return node;
  const [key, ...rest] = path as [string, ...PropertyKey[]];
  const inner = ofKind(node, value)?.def.shape?.[key];
  return inner && nodeAt(inner, (value as Record<string, unknown> | undefined)?.[key], rest);
};

/** Of a schema of kinds that of the value's kind, else itself. */
const ofKind = (node: SchemaNode | undefined, value: unknown): SchemaNode | undefined =>
  node?.def.options ? node.def.options.find((option) => kindsOf(option).includes(kindOf(value))) : node;

const kindsOf = ({ def }: SchemaNode): readonly unknown[] => def.shape?.kind?.def.values ?? [];
const kindOf = (value: unknown): unknown => (value as { kind?: unknown } | undefined)?.kind;

/** Where another kind of the same part has a setting, which: one may have meant it, and left the kind to the default. */
const kindWith = (node: SchemaNode | undefined, key: string): unknown => {
  const owner = node?.def.options?.find(({ def }) => Object.hasOwn(def.shape ?? {}, key));
  return owner && kindsOf(owner)[0];
};

const expectation = (issue: Issue): string => {
  const either = (values: readonly unknown[]) => values.map(show).join(" or ");
  switch (issue.code) {
    case "invalid_type":
      return issue.expected === "int"
        ? "a whole number"
        : `${/^[aeiou]/.test(issue.expected) ? "an" : "a"} ${issue.expected}`;
    case "invalid_value":
      return either(issue.values);
    case "invalid_union":
      return `one of ${((issue as { options?: readonly unknown[] }).options ?? []).map(show).join(", ")}`;
    case "too_small":
      return `${issue.inclusive ? "at least" : "more than"} ${issue.minimum}${issue.origin === "array" ? " entries" : ""}`;
    case "too_big":
      return `${issue.inclusive ? "at most" : "less than"} ${issue.maximum}${issue.origin === "array" ? " entries" : ""}`;
    default:
      return issue.message;
  }
};

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);

/**
 * The first problem of a recipe: its path, what was expected and found, and for a misspelt name the nearest known one.
 * @param input the recipe that was checked against `schema`
 */
export const explainIssue = (issue: Issue, input: unknown, schema: unknown): string => {
  const at = (path: readonly PropertyKey[]) => (path.length > 0 ? path.map(String).join(".") : "recipe");
  if (issue.code === "unrecognized_keys") {
    const [key] = issue.keys as [string];
    const part = nodeAt(schema as SchemaNode, input, issue.path);
    const value = valueAt(input, issue.path);
    const known = Object.keys(ofKind(part, value)?.def.shape ?? {});
    const now = newName(key, known);
    const owner = kindWith(part, key);
    const problem =
      now !== undefined
        ? renamedTo(key, now)
        : owner !== undefined
          ? `${kindOf(value)} has no such setting, ${owner} has; name the kind too: ${at([...issue.path, "kind"])}=${owner}`
          : `unknown setting; ${suggest(key, known)}`;
    return `${at([...issue.path, key])}: ${problem}`;
  }
  const found = valueAt(input, issue.path);
  if (issue.code === "invalid_type" && issue.path.join() === "data")
    return `data: expected a path, the name of a built-in set, or an object with one of them, found ${show(found)}`;
  const names =
    issue.code === "invalid_value" ? issue.values : ((issue as { options?: readonly unknown[] }).options ?? []);
  const near =
    typeof found === "string"
      ? didYouMean(
          found,
          names.filter((name) => typeof name === "string"),
        )
      : "";
  return `${at(issue.path)}: expected ${expectation(issue)}, found ${show(found)}${near}`;
};
