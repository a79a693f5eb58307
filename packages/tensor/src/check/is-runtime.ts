/** Whether a value has what a runtime must have, for callers without types. */
export const isRuntime = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  ["prepare", "target", "load", "dispose"].every(
    (name) => typeof (value as Readonly<Record<string, unknown>>)[name] === "function",
  );
