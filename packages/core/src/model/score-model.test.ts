import { ndarray, stack } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { evaluate } from "../likelihood/evaluate.case.ts";
import { normalised } from "../likelihood/normalised.ts";
import { randomised } from "../network/evaluate.case.ts";
import { mlp } from "../network/mlp.ts";
import { edm } from "../process/edm.ts";
import { vp } from "../process/variance-preserving.ts";
import { mixtureOf } from "./composition/mixture.ts";
import { negate, productOf, temper } from "./composition/product.ts";
import { conditional } from "./conditional.ts";
import { energyModel } from "./energy/model.ts";
import { energyPreconditioning } from "./energy/preconditioning.ts";
import { exact } from "./exact.ts";
import { exactClasses } from "./exact-classes.ts";
import { autoguidance } from "./guidance/autoguidance.ts";
import { classifierGuidance } from "./guidance/classifier.ts";
import { classifierFreeGuidance, guided } from "./guidance/classifier-free.ts";
import { edmPreconditioning, predict } from "./preconditioning.ts";
import { projected } from "./projected.ts";
import { scoreModelSuite } from "./score-model.case.ts";
import type { ScoreModel } from "./score-model.ts";
import { trainedModel } from "./trained.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const process = edm();
const centres = [
  [-1, 0],
  [1, 0.5],
  [0, -1],
];
const densities = centres.map((mean, k) => gaussian({ mean, covariance: 0.2 + 0.1 * k }));
const plain = exact(densities[0]!, process);
const known = exactClasses(densities, process, { weights: [1, 2, 3] });

/** A network whose parameters are all random: no rows of zeros hide what is conditioned on. */
const network = (preconditioning = edmPreconditioning(), classes = 3) => {
  const made = mlp({ width: 12, depth: 2, noiseFeatures: 4, classes });
  const parameters = randomised(made.initialise([2], 1), classes);
  return trainedModel({ process, network: made, preconditioning }, parameters, [2]);
};
const withClasses = network();
const other = network(predict("noise"));
const energies = energyModel(network(energyPreconditioning()));

const classifier = {
  classes: 3,
  logits: (...[x, t]: Parameters<ScoreModel["denoise"]>) =>
    stack(
      densities.map((density) => exact(density, process).logDensity(x, t)),
      1,
    ),
};

const levels = { times: [process.times.last, 0.5, process.times.first], logNormaliser: Float64Array.of(0, 1, 2) };

const models: Record<string, ScoreModel> = {
  "exact, variance exploding": plain,
  "exact, variance preserving": exact(gaussian({ mean: [0.5, 0] }), vp()),
  exactClasses: known,
  "a trained network without classes": network(edmPreconditioning(), 0),
  "a trained network with classes": withClasses,
  "a network that predicts noise": other,
  "a network that predicts velocity": network(predict("velocity")),
  "conditional, a class": conditional(withClasses, 1),
  "conditional, no class": conditional(withClasses, null),
  guided: guided(withClasses, { weight: 2 }),
  "guided within an interval": guided(withClasses, { weight: 2, interval: [1, 20] }),
  "guided within an interval, of a class": conditional(guided(known, { weight: 2, interval: [1, 20] }), 1),
  "classifierFreeGuidance of fixed classes": classifierFreeGuidance(
    conditional(withClasses, 2),
    conditional(withClasses, null),
    {
      weight: 3,
    },
  ),
  "classifierFreeGuidance by a model without classes": classifierFreeGuidance(withClasses, plain, {
    weight: 3,
    interval: [1, 20],
  }),
  autoguidance: autoguidance(withClasses, other, { weight: 1.5 }),
  classifierGuidance: classifierGuidance(plain, classifier, { scale: 2 }),
  "classifierGuidance of a model with classes": classifierGuidance(withClasses, classifier),
  mixtureOf: mixtureOf([known, plain], { weights: [1, 3] }),
  "mixtureOf energies": mixtureOf([energies, plain]),
  productOf: productOf([withClasses, plain], { exponents: [1, 0.5] }),
  negate: negate(known, plain, { strength: 0.3 }),
  temper: temper(known, 1.5),
  energyModel: energies,
  "energyModel of a class": conditional(energies, 2),
  normalised: normalised(conditional(energies, 2), levels),
  projected: projected(withClasses, (x) => x.subtract(x.mean(1).reshape([-1, 1]))),
};
for (const [name, model] of Object.entries(models)) scoreModelSuite(name, () => model, { runtime });

test("the exact model of a class is that class's density, and of none their mixture", async () => {
  const x = ndarray(Float64Array.of(0.3, -0.4, 2, 1), [2, 2]);
  for (const time of [0.01, 0.3]) {
    for (const [k, density] of densities.entries())
      for (const part of ["denoise", "score", "logDensity"] as const) {
        const found = await evaluate(conditional(known, k)[part], x, time, runtime);
        const truth = await evaluate(exact(density, process)[part], x, time, runtime);
        for (const [i, value] of truth.data.entries()) expect(found.data[i]).toBeCloseTo(Number(value), 10);
      }
    const mixture = mixtureOf(
      densities.map((density) => exact(density, process)),
      { weights: [1, 2, 3] },
    );
    const found = await evaluate(known.logDensity, x, time, runtime);
    const truth = await evaluate(mixture.logDensity, x, time, runtime);
    for (const [i, value] of truth.data.entries()) expect(found.data[i]).toBeCloseTo(Number(value), 10);
  }
});

test("a condition that means two things is refused", () => {
  const two = exactClasses(densities.slice(0, 2), process);
  expect(() => mixtureOf([known, two])).toThrow(/condition class means the same, found one of 3 classes and one of 2/);
  expect(() => classifierGuidance(two, classifier)).toThrow(/classifier's 3 classes, found one of 2/);
  expect(() => normalised(known, levels)).toThrow(/conditional\(model, 3\)/);
  expect(mixtureOf([conditional(known, 2), two]).conditions).toEqual({ class: { shape: [2], classes: 2 } });
});
