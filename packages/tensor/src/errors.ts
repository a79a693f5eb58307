/** Typed errors, and the place in the caller's own file that an error while tracing should name. */

/** Shapes that do not fit an operation. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/** An element type that an operation or runtime does not take. */
export class DataTypeError extends Error {
  override readonly name = "DataTypeError";
}

/**
 * A function that cannot be traced: it returns something that is not a tensor, or uses a tensor of another function.
 */
export class TraceError extends Error {
  override readonly name = "TraceError";
}

/** A runtime that is missing, or that failed to load or run a compiled function. */
export class RuntimeError extends Error {
  override readonly name = "RuntimeError";
}

// Where Scorefield's packages lie side by side: packages/ in a checkout, node_modules/@scorefield/ where installed.
// A bundle in CommonJS has no import.meta.url.
const home = (import.meta.url ?? "").replace(/^file:\/\//, "").replace(/[^/]+\/(src|dist)\/errors\.[jt]s.*$/, "");

/** Frames inside Scorefield are not what a user wants to see; a test file there is a user. */
const isOwn = (line: string): boolean =>
  (line.includes(home) || line.includes("/node_modules/scorefield/")) && !/\.(test|case)\.[jt]s/.test(line);

/** The file, line and column of the innermost stack frame outside Scorefield, e.g. `model.ts:12:5`, if there is one. */
export const callerLocation = (): string | undefined => {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 60;
  const lines = (new Error().stack ?? "").split("\n").slice(1);
  Error.stackTraceLimit = limit;
  for (const line of lines) {
    if (isOwn(line) || line.includes("node:") || line.includes("<anonymous>")) continue;
    const place = /\(?((?:file:\/\/|https?:\/\/|\/|[A-Za-z]:[\\/])[^()]*:\d+:\d+)\)?$/.exec(line.trim());
    if (place) return place[1]!.replace(/^file:\/\//, "");
  }
  return undefined;
};
