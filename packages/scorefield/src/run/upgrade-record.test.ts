import { expect, test } from "vitest";
import { upgradeRecord } from "./upgrade-record.ts";

const noise = { kind: "log-normal", mean: -1.2, deviation: 1.2 };
const data = { kind: "mine", grids: 3, levels: { kind: "x" }, dataDeviation: 1 };
const sampler = { kind: "annealed-langevin", levels: 100 };

test("settings that were renamed get their new names; those of the data and of samplers keep theirs", () => {
  expect(
    upgradeRecord({
      format: "scorefield-run",
      model: { shape: [2], preconditioning: { kind: "edm", dataDeviation: 0.5 } },
      sampler,
      training: {
        recipe: {
          data,
          preconditioning: { kind: "edm", dataDeviation: 0.5 },
          objective: { kind: "fokker-planck", objective: { kind: "denoising", levels: noise, dataDeviation: 0.5 } },
          sampler,
          grids: 0,
        },
        rows: {},
      },
    }),
  ).toEqual({
    format: "scorefield-run",
    model: { shape: [2], preconditioning: { kind: "edm", sigmaData: 0.5 } },
    sampler,
    training: {
      recipe: {
        data,
        preconditioning: { kind: "edm", sigmaData: 0.5 },
        objective: {
          kind: "fokker-planck",
          objective: { kind: "denoising", noiseDistribution: noise, sigmaData: 0.5 },
        },
        sampler,
        previews: 0,
      },
      rows: {},
    },
  });
});

test.each([null, [], "run", 3, {}, { model: [], training: { recipe: null } }])(
  "%j stays for the check to refuse",
  (value) => {
    expect(upgradeRecord(value)).toEqual(value);
  },
);
