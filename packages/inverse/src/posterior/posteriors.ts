/** Every method for posteriors: to make one from its recipe, or list them. */
import { partList } from "@scorefield/core";
import type { PosteriorDeclaration } from "../method/posterior-method.ts";
import { admm } from "../plug-and-play/admm.ts";
import { fista } from "../plug-and-play/fista.ts";
import { halfQuadratic } from "../plug-and-play/half-quadratic.ts";
import { red } from "../plug-and-play/red.ts";
import { posteriorLangevin } from "./annealed-langevin-posterior.ts";
import { daps } from "./daps.ts";
import { ddrm } from "./ddrm.ts";
import { diffpir } from "./diffpir.ts";
import { dps } from "./dps.ts";
import { dpsLikelihood } from "./dps-likelihood.ts";
import { ensembleKalman } from "./ensemble-kalman.ts";
import { exactDraws } from "./exact.ts";
import { mcgdiff } from "./mcgdiff.ts";
import { mmps } from "./mmps.ts";
import { pigdm } from "./pigdm.ts";
import { pnpDm } from "./pnp-dm.ts";
import { redDiff } from "./red-diff.ts";
import { replacement } from "./replacement.ts";
import { tds } from "./tds.ts";
import { tmpd } from "./tmpd.ts";

/** Every method, family by family. */
export const posteriors = partList("posterior method", [
  exactDraws,
  mmps,
  tmpd,
  pigdm,
  dpsLikelihood,
  posteriorLangevin,
  dps,
  replacement,
  ddrm,
  mcgdiff,
  tds,
  daps,
  pnpDm,
  diffpir,
  ensembleKalman,
  redDiff,
  admm,
  halfQuadratic,
  fista,
  red,
]);

/** What is known of every method besides how it works, family by family. */
export const posteriorCatalogue: readonly PosteriorDeclaration[] = posteriors.makers.map(
  ({ declaration }) => declaration,
);

/** The kinds of method that {@link posteriorFromRecipe} knows. */
export const posteriorKinds = posteriors.kinds;

/**
 * The method a recipe describes. Left-out settings take their defaults.
 * @throws RecipeError for an unknown kind or setting, or a value that a setting does not take
 */
export const posteriorFromRecipe = posteriors.fromRecipe;
