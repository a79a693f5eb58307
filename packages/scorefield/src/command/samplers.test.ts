import { samplerCatalogue } from "@scorefield/core";
import { expect, test } from "vitest";
import { printedBy } from "../testing/printed-by.ts";
import { addSamplers } from "./samplers.ts";

const printed = (...args: readonly string[]) => printedBy(addSamplers, "samplers", ...args);

test.each(samplerCatalogue)("$kind: what each setting does, what it may be, and its default", ({ kind, settings }) => {
  const text = printed(kind);
  const { settings: shown, ...about } = JSON.parse(printed(kind, "--json"));
  expect(about).toMatchObject({ kind });
  const names = shown.map(({ name }: { name: string }) => name);
  expect(names).toEqual(expect.arrayContaining(Object.keys(settings)));
  for (const { name, help, values } of shown) {
    expect(text).toContain(name);
    expect(text).toContain(help);
    expect(text).toContain(`${values}; default `);
  }
});

test("the settings of a sampler", () => {
  const { settings } = JSON.parse(printed("heun", "--json"));
  expect(settings[0]).toEqual({
    name: "steps",
    help: "steps, the last of them to the denoised estimate if denoiseLast",
    values: "a positive whole number",
    default: 18,
  });
  expect(printed("heun")).toMatch(/sMax .*\n.*or null; default null/);
  expect(printed("langevin")).toMatch(/time .*\n.*a number in \[0, 1\]; default the process's first/);
  expect(printed("predictor-corrector")).toMatch(/predictor .*\n.*ancestral.*; default reverse-diffusion/);
});

test("an unknown sampler is answered with the nearest", () => {
  expect(() => printed("huen")).toThrow("huen: unknown sampler; did you mean heun?");
});
