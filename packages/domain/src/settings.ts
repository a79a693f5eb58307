/** What data are described by in a recipe, and how settings of a domain are checked. */
import { ArgumentError, setting } from "@scorefield/core";
import { checkMade, readFields } from "@scorefield/core/internal";

/** The data of a recipe: settings of the domain that `kind` names. */
export interface DataSettings {
  readonly kind: string;
  readonly [name: string]: unknown;
}

/** The seed of data made on the spot. */
export const seedSetting = setting.whole({
  help: "Of the draws",
  least: 0,
  most: Number.MAX_SAFE_INTEGER,
  default: 0,
});

/**
 * Settings of a domain with their defaults; what was left out and has none is left out.
 * @throws ArgumentError for an unknown setting, or a value of another type or out of range
 */
export const fillSettings = (
  domain: { readonly kind: string; readonly settings: setting.Settings },
  data: DataSettings,
): DataSettings => {
  checkMade("fillSettings domain", domain, ["kind", "settings"], "a domain such as table");
  checkMade("fillSettings", data, [], "settings as an object");
  const { kind, settings } = domain;
  const { kind: _, ...given } = data;
  const filled = readFields(settings, given, "", {
    from: "library",
    refuse: (path, problem) => {
      throw new ArgumentError(`${kind}${path && ` ${path}`}: ${problem}`);
    },
  });
  return { kind, ...Object.fromEntries(Object.entries(filled).filter(([, value]) => value !== undefined)) };
};
