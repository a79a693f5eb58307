/** What recipes for series take where they say nothing. */
import type { DataFacts, DomainDefaults, FittedDefaults } from "../domain.ts";
import { stepsOfPasses } from "../row-domain.ts";
import { unetMultipliers } from "../unet-multipliers.ts";

export const seriesDefaults: DomainDefaults = {
  heldOut: 0.1,
  network: "unet",
  preconditioning: "partial",
  sampler: { kind: "unipc", steps: 24 },
  batch: 64,
  count: 64,
  sampleBatch: 128,
  evaluated: 1000,
};

/** Tokens of a transformer at most: attention costs their square. */
const mostTokens = 64;

const mostResolutions = 5;

const passes = 60;
const [fewestSteps, mostSteps] = [2000, 6000];

/** The smallest patch that divides the length and leaves few tokens. */
const patchFor = (length: number): number => {
  for (let patch = 1; patch <= length; patch++) if (length % patch === 0 && length / patch <= mostTokens) return patch;
  return 1;
};

/**
 * Where estimates start: from a line between known values, but not of returns, which have next to no memory: the return of yesterday says
 * less of today's than their mean.
 */
const baselineFor = ({ scales }: DataFacts): "line" | "none" => (scales?.returns === true ? "none" : "line");

const networkFor = (facts: DataFacts): Record<string, unknown> => {
  const {
    network: kind,
    shape: [channels = 1, length = 1],
  } = facts;
  // Marks of what is known, and the line between it.
  const observed = (baselineFor(facts) === "line" ? 2 : 1) * channels * length;
  if (kind === "dit") return { patch: patchFor(length), width: 64, depth: 4, headWidth: 16, observed };
  if (kind === "unet") return { width: 32, multipliers: unetMultipliers(length, mostResolutions), blocks: 1, observed };
  return kind === "mlp" ? { width: 256, observed } : {};
};

/** A model that can be conditioned on any part of a window. */
export const seriesDefaultsFor = (facts: DataFacts): FittedDefaults => {
  const { shape, scales, classes } = facts;
  const covariates = Number(scales?.covariates ?? 0);
  return {
    network: { ...networkFor(facts), ...(classes > 1 && { classes }) },
    preconditioning: { kind: "partial", shape, covariates, baseline: baselineFor(facts) },
    // Scaled to deviation 1: see docs/series.md for what was measured.
    objective: { kind: "denoising", noiseDistribution: { kind: "log-normal", mean: -0.4, deviation: 1.6 } },
    // Forecasts and gaps are asked for more often than whole windows.
    knownShare: 0.8,
    steps: Math.max(fewestSteps, stepsOfPasses(facts, passes, mostSteps)),
  };
};
