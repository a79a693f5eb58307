import { native } from "@scorefield/tensor/native";
import { predictorVariants } from "@scorefield/verify/internal";
import { afterAll } from "vitest";
import { predictorCorrector } from "./predictor-corrector.ts";
import { samplerSuite } from "./sampler.case.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

for (const { name, make } of predictorVariants)
  samplerSuite(`${name}, with a corrector`, () => predictorCorrector({ predictor: make(6), correctorSteps: 2 }), {
    runtime,
    brief: true,
  });
