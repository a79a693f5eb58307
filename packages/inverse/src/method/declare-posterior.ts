/** A method for posteriors is a part: declared once, with what it needs, what it costs, its settings and how it works. */
import { type AnySampler, ArgumentError, declare, type Sampler, type setting } from "@scorefield/core";
import { checkMade, checkOptions } from "@scorefield/core/internal";
import type { Runtime } from "@scorefield/tensor";
import { isLinear } from "../operator/operator.ts";
import { type Guide, guidedModel } from "./guided-model.ts";
import type {
  PosteriorDeclaration,
  PosteriorMethod,
  PosteriorNeeds,
  PosteriorWords,
  Prepared,
  PrepareOptions,
} from "./posterior-method.ts";
import { checkProblem, hasDeviation, type LinearGaussianProblem, measuredModel, type Problem } from "./problem.ts";

/** The problem of a method that has these needs. */
type ProblemOf<N extends PosteriorNeeds> = N extends { readonly linear: true; readonly gaussian: true }
  ? LinearGaussianProblem
  : Problem;

/** What every declaration of a method says. */
interface Declared<K extends string, S extends setting.Settings, N extends PosteriorNeeds>
  extends Omit<PosteriorWords, "needs" | "form"> {
  readonly kind: K;
  /** Default the kind. */
  readonly name?: string;
  readonly family: string;
  readonly summary: string;
  readonly source: string;
  readonly needs: N;
  readonly settings: S;
}

/** A method that is a guided score. */
export interface DeclaredGuide<K extends string, S extends setting.Settings, N extends PosteriorNeeds>
  extends Declared<K, S, N> {
  readonly form: "score";
  /** Estimates E[x_0 | x_t, y] from the prior's E[x_0 | x_t]. */
  readonly guide: (problem: ProblemOf<N>, values: setting.Values<S>) => Guide;
  /** The sampler where the caller gives none. */
  readonly sampler: (values: setting.Values<S>) => AnySampler;
}

/** A method that is a sampler of its own. */
export interface DeclaredSampler<K extends string, S extends setting.Settings, N extends PosteriorNeeds>
  extends Declared<K, S, N> {
  readonly form: "sampler" | "estimate";
  /** Its step finds the measurement in `model.bound`. */
  readonly sampler: (
    problem: ProblemOf<N>,
    values: setting.Values<S>,
    runtime?: Runtime,
  ) => OwnSampler | Promise<OwnSampler>;
}

/** A method that moves a population. */
export interface DeclaredPopulation<K extends string, S extends setting.Settings, N extends PosteriorNeeds>
  extends Declared<K, S, N> {
  readonly form: "particles";
  readonly population: (
    problem: ProblemOf<N>,
    values: setting.Values<S>,
    runtime?: Runtime,
  ) => OwnPopulation | Promise<OwnPopulation>;
}

/** A sampler without its recipe, which is the method's. */
export type OwnSampler = Omit<Sampler, "recipe">;

/** A population with its sampler. */
export interface OwnPopulation extends Omit<Prepared, "sampler"> {
  readonly sampler: OwnSampler;
}

/**
 * Declares a method. Its options, their checks and its recipe follow from the settings; what it needs of a problem is checked
 * before any work.
 * @returns a function of the options. It throws ArgumentError for unknown options, and for values of the wrong type or out
 *   of range
 */
export const declarePosterior = <
  const K extends string,
  const S extends setting.Settings,
  const N extends PosteriorNeeds,
>(
  declared: DeclaredGuide<K, S, N> | DeclaredSampler<K, S, N> | DeclaredPopulation<K, S, N>,
) => {
  checkMade(
    "declarePosterior",
    declared,
    ["kind", "form", "needs", "settings"],
    "a declaration with kind, form, needs and settings",
  );
  const { kind, name = kind, family, summary, source, settings, title, form, needs, cost } = declared;
  const words: PosteriorWords = { title, form, needs, cost };
  const declaration: PosteriorDeclaration = { kind, name, family, summary, source, settings, ...words };
  const prepare = async (
    problem: ProblemOf<N>,
    values: setting.Values<S>,
    recipe: PosteriorMethod["recipe"],
    { sampler, runtime }: PrepareOptions,
  ): Promise<Prepared> => {
    if (declared.form === "score")
      return {
        model: guidedModel(name, problem, declared.guide(problem, values)),
        sampler: sampler ?? declared.sampler(values),
      };
    if (sampler)
      throw new ArgumentError(
        `${name}: expected no sampler, since the method is a sampler itself; found ${sampler.recipe.kind}; leave sampler out`,
      );
    if (declared.form === "particles") {
      const { sampler: own, ...population } = await declared.population(problem, values, runtime);
      return { ...population, sampler: { ...own, recipe } };
    }
    return {
      model: measuredModel(problem),
      sampler: { ...(await declared.sampler(problem, values, runtime)), recipe },
    };
  };
  const maker = declare({
    kind,
    name,
    family,
    summary,
    source,
    settings,
    make: (values, recipe): PosteriorMethod => ({
      recipe,
      declaration,
      prepare: async (problem, options = {}) => {
        checkProblem(name, problem);
        checkOptions(name, options, { sampler: true, runtime: true });
        checkNeeds(name, needs, problem);
        return prepare(problem as ProblemOf<N>, values, recipe, options);
      },
    }),
  });
  return Object.assign(maker, { declaration: { ...maker.declaration, ...words } });
};

/** @throws ArgumentError for a problem without what a method needs */
const checkNeeds = (owner: string, { linear, gaussian, mixture }: PosteriorNeeds, problem: Problem): void => {
  const { operator, noise, model } = problem;
  if (linear && !isLinear(operator))
    throw new ArgumentError(
      `${owner}: expected a linear operator, found ${operator.kind}, which is not; take a method for any operator such as daps`,
    );
  if (gaussian && !hasDeviation(noise))
    throw new ArgumentError(
      `${owner}: expected Gaussian noise of one deviation above 0, found ${noise.kind}${noise.sigma === 0 ? " of deviation 0" : noise.whiten ? " with a deviation for each number" : ""}; ` +
        "take a method for any noise such as daps",
    );
  if (
    mixture &&
    !(
      "density" in model &&
      typeof model.density === "object" &&
      model.density !== null &&
      "components" in model.density
    )
  )
    throw new ArgumentError(
      `${owner}: expected a prior that is a known mixture of Gaussians, such as exact(gaussianMixture({ ... }), edm()); found another model`,
    );
};
