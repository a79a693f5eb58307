/** An operator is a part: declared once, with its settings, and how it is made from them. */
import { declare, setting } from "@scorefield/core";
import { checkMade } from "@scorefield/core/internal";
import type { Operator } from "./operator.ts";

/** Units where none are given. */
export const unknownUnits = "units of the data";

/** Settings of every operator that is made for one shape of data. */
const operatorSettings = {
  input: setting.list(setting.whole({ least: 1, most: 2 ** 31 - 1, help: "size of an axis" }), {
    fewest: 1,
    help: "shape of one sample, without the axis of samples, such as [1, 28, 28]",
  }),
  units: setting.text({
    fewest: 1,
    most: 200,
    default: unknownUnits,
    help: "what the numbers of a sample are, in words, such as intensity in [-1, 1]",
  }),
};

type OperatorSettings = typeof operatorSettings;

/** What a declaration gives to `make` besides the values of settings: members of the operator that follow from them. */
export type AboutOperator = Pick<Operator, "kind" | "input" | "units" | "recipe">;

/**
 * Declares an operator. Its options, their checks and its recipe follow from the settings. The settings `input`, the shape of a
 * sample, and `units` are added.
 *
 *     export const negative = declareOperator({
 *       kind: "negative",
 *       family: "intensity",
 *       summary: "the negative of a picture",
 *       source: "elementary",
 *       settings: {},
 *       make: (_, about) =>
 *         linearOperator({ ...about, output: about.input, norm: 1, apply: (x) => x.negate(), adjoint: (y) => y.negate() }),
 *     });
 *
 *     const seen = negative({ input: [1, 28, 28] });
 *
 * @param declared `make` gets the values of the settings, and `about`: kind, recipe, shape and units, where y has the units of x
 *   unless `make` says otherwise. What must hold between several settings is checked there
 * @returns a function of the options. It throws ArgumentError for unknown options, and for values of the wrong type or out
 *   of range
 */
export const declareOperator = <
  const K extends string,
  const S extends setting.Settings,
  T extends Operator,
>(declared: {
  readonly kind: K;
  /** Its name in the library. Default the kind. */
  readonly name?: string;
  readonly family: string;
  readonly summary: string;
  readonly source: string;
  readonly settings: S;
  readonly make: (values: setting.Values<S & OperatorSettings>, about: AboutOperator) => T;
}) => {
  checkMade("declareOperator", declared, ["kind", "settings", "make"], "a declaration with kind, settings and make");
  const { make, settings, ...about } = declared;
  return declare({
    ...about,
    settings: { ...operatorSettings, ...settings },
    make: (values, recipe): T => {
      const { input, units } = values as setting.Values<OperatorSettings>;
      return make(values as setting.Values<S & OperatorSettings>, {
        kind: declared.kind,
        input,
        units: { input: units, output: units },
        recipe,
      });
    },
  });
};
