/** What a method for posteriors is: from a problem, a model that takes a measurement and a sampler for it. */
import type { AnySampler, Declaration, ScoreModel } from "@scorefield/core";
import type { HasRecipe } from "@scorefield/core/internal";
import type { Runtime } from "@scorefield/tensor";
import type { Problem } from "./problem.ts";

/**
 * What a method works on: `score` is a model with a guided score, which every sampler of core takes. `sampler` is a
 * sampler of its own over the prior. `particles` is a population, of which a sample is one. `estimate` gives one point and no
 * spread.
 */
export type PosteriorForm = "score" | "sampler" | "particles" | "estimate";

/** What a method needs of a problem. */
export interface PosteriorNeeds {
  /** A linear operator. */
  readonly linear?: boolean;
  /** Gaussian noise of one deviation above 0. */
  readonly gaussian?: boolean;
  /** A prior that is a known mixture of Gaussians: `exact(gaussianMixture(...), process)`. */
  readonly mixture?: boolean;
}

/** What is known of a method besides how it works. */
export interface PosteriorWords {
  /** What people call it: "diffusion posterior sampling". */
  readonly title: string;
  readonly form: PosteriorForm;
  readonly needs: PosteriorNeeds;
  /** What a draw costs, in a line: evaluations and backward passes of the network. */
  readonly cost: string;
}

/** What is known of a method besides how it works. */
export interface PosteriorDeclaration extends Declaration, PosteriorWords {}

/** A method at work on a problem: `sample(model, { sampler, given: { measurement: y } })` draws from the posterior. */
export interface Prepared {
  /** Takes the condition `measurement` [n, ...operator.output] besides the prior's own. */
  readonly model: ScoreModel;
  readonly sampler: AnySampler;
  /** For a population: how many draws a sample [particles, ...shape] holds. */
  readonly particles?: number;
}

/** Options of {@link PosteriorMethod.prepare}. */
export interface PrepareOptions {
  readonly sampler?: AnySampler | undefined;
  readonly runtime?: Runtime | undefined;
}

/** A method for posteriors, with its settings. */
export interface PosteriorMethod extends HasRecipe {
  readonly declaration: PosteriorDeclaration;
  /**
   * @param problem checked: it has what the method needs
   * @param options.sampler in place of the method's own, for a method of the form `score`
   * @param options.runtime where what is known beforehand is computed, such as the matrix of an operator
   * @throws ArgumentError for a problem without what the method needs, and for a sampler that the method cannot take
   */
  prepare(problem: Problem, options?: PrepareOptions): Promise<Prepared>;
}
