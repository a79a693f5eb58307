/** Callers without types: what they hand over wrongly is refused, by name, with an error of the package. */
import { afterAll, expect, test } from "vitest";
import * as typed from "./index.ts";
import { native } from "./runtime/native.ts";
import { web } from "./runtime/web.ts";

/** The package as code without types sees it. */
const tensor = typed as unknown as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

const runtime = native();
typed.setDefaultRuntime(runtime);
afterAll(() => runtime.dispose());

const specs = [{ shape: [2] }];
const scanned = { state: { x: { shape: [2] } }, inputs: {}, steps: 1 };
const f = (a: typed.Tensor) => a;
const step = (state: object) => [state, {}];
const bytes = tensor.toOnnx!(f, specs);
const x = tensor.zeros!([2]);

/** Calls with a value in place of what they take, and what the error names. */
const wrong: readonly (readonly [call: (value: unknown) => unknown, names: RegExp])[] = [
  [(value) => tensor.compile!(f, specs, { runtime: value }), /compile: .*runtime/],
  [(value) => tensor.compile!(f, specs, { sessions: value }), /expected sessions made by sharedSessions/],
  [(value) => tensor.compile!(value, specs), /expected a function of tensors/],
  [(value) => tensor.compile!(f, value), /expected a list of specs|expected a spec/],
  [(value) => tensor.compileScan!(step, scanned, { runtime: value }), /compileScan: .*runtime/],
  [(value) => tensor.compileScan!(value, scanned), /expected a function of tensors/],
  [(value) => tensor.countSessions!(value), /countSessions: expected a runtime/],
  [(value) => tensor.setDefaultRuntime!(value), /setDefaultRuntime: expected a runtime/],
  [(value) => tensor.sharedSessions!({ runtime: value }), /sharedSessions: .*runtime/],
  [(value) => tensor.shared!(value), /shared: expected a function of tensors/],
  [(value) => tensor.toOnnx!(value, specs), /toOnnx: expected a function of tensors/],
  [(value) => tensor.loadOnnx!(bytes, { runtime: value }), /loadOnnx: .*runtime/],
  [(value) => tensor.loadOnnx!(bytes, { externalData: value }), /loadOnnx: expected externalData/],
  [(value) => tensor.castArray!(value, "float32"), /castArray: expected an NdArray/],
  [(value) => tensor.castArray!(x, value), /expected an element type among/],
  [(value) => tensor.zeros!([2], value), /expected an element type among/],
  [(value) => tensor.zeros!(value), /expected a shape such as/],
  [(value) => tensor.constant!(value), /constant: expected a number or an NdArray/],
  [(value) => tensor.exp!(value), /exp\(\): expected tensors/],
  [(value) => tensor.add!(value, value), /add\(\): expected/],
  [(value) => tensor.specOf!(value), /specOf: expected a tensor or an NdArray/],
];

test.each(wrong.map(([call, names]) => [names.source, call, names] as const))("%s", async (_, call, names) => {
  for (const value of [null, {}, "x", true]) {
    const error = await (async () => call(value))().catch((error: unknown) => error);
    expect((error as Error)?.message, `for ${JSON.stringify(value)}`).toMatch(names);
    expect((error as Error).name).toMatch(/^(Runtime|Shape|DataType|Trace)Error$/);
  }
});

test("options that are no object, and unknown ones, are refused with the nearest known", async () => {
  const makers: Readonly<Record<string, (options: unknown) => unknown>> = {
    compile: (options) => tensor.compile!(f, specs, options),
    compileScan: (options) => tensor.compileScan!(step, scanned, options),
    toOnnx: (options) => tensor.toOnnx!(f, specs, options),
    loadOnnx: (options) => tensor.loadOnnx!(bytes, options),
    sharedSessions: (options) => tensor.sharedSessions!(options),
    shared: (options) => tensor.shared!(f, options),
    native: (options) => native(options as never),
    web: (options) => web(options as never),
  };
  for (const [name, make] of Object.entries(makers)) {
    const call = async (options: unknown) => make(options);
    await expect(call(5), name).rejects.toThrow(`${name}: expected options as an object, such as {`);
    await expect(call({ unknown: 1 }), name).rejects.toThrow(/found unknown/);
  }
  expect(() => web({ threds: 2 } as never)).toThrow("found threds; did you mean threads?");
});
