/** What a kind of data can be told: names, types, ranges, defaults and help, from which recipes and options follow. */

/** One setting. */
export interface Setting {
  /**
   * `labels` is a list of numbers and texts. A `path` is relative to the recipe; it and `text` are not empty where `least`
   * is 1.
   */
  readonly type: "path" | "text" | "whole" | "flag" | "choice" | "texts" | "numbers" | "labels";
  readonly help: string;
  /** What it is where nothing is said; left out, the reader finds it out. */
  readonly default?: string | number | boolean;
  /** Whether a recipe has to say it. */
  readonly required?: boolean;
  /** Of a whole number, or of the characters of a text. */
  readonly least?: number;
  readonly most?: number;
  /** Of a choice. */
  readonly choices?: readonly string[];
  /** The option of `scorefield train` that sets it, such as `--columns <names>`, and its help. */
  readonly option?: readonly [flags: string, help: string];
}

/** Settings by name. */
export type Settings = Readonly<Record<string, Setting>>;

/** The data of a recipe: settings of the domain that `kind` names. */
export interface DataSettings {
  readonly kind: string;
  readonly [name: string]: unknown;
}

/** A seed of data made on the spot. */
export const seedSetting: Setting = {
  type: "whole",
  help: "Of the draws",
  default: 0,
  least: 0,
  most: Number.MAX_SAFE_INTEGER,
};

const matches = ({ type, least, most, choices }: Setting, value: unknown): boolean => {
  const within = (size: number): boolean => size >= (least ?? -Infinity) && size <= (most ?? Infinity);
  const list = (of: (entry: unknown) => boolean): boolean =>
    Array.isArray(value) && within(value.length) && value.every(of);
  switch (type) {
    case "path":
      return typeof value === "string" && value !== "" && !value.includes("\0");
    case "text":
      return typeof value === "string" && within(value.length);
    case "whole":
      return Number.isSafeInteger(value) && within(value as number);
    case "flag":
      return typeof value === "boolean";
    case "choice":
      return choices!.includes(value as string);
    case "texts":
      return list((entry) => typeof entry === "string");
    case "numbers":
      return list((entry) => typeof entry === "number");
    case "labels":
      return list((entry) => typeof entry === "number" || typeof entry === "string");
  }
};

const expectation = ({ type, least, most, choices }: Setting): string => {
  const range = [
    ...(least === undefined ? [] : [`at least ${least}`]),
    ...(most === undefined || most === Number.MAX_SAFE_INTEGER ? [] : [`at most ${most}`]),
  ].join(" and ");
  const kinds: Readonly<Record<Setting["type"], string>> = {
    path: "a path",
    text: "a text",
    whole: `a whole number${range && ` of ${range}`}`,
    flag: "true or false",
    choice: (choices ?? []).map((choice) => JSON.stringify(choice)).join(" or "),
    texts: "a list of texts",
    numbers: "a list of numbers",
    labels: "a list of labels",
  };
  return kinds[type];
};

/** The first thing wrong with settings, and where. */
export type SettingProblem =
  | { readonly unknown: string }
  | { readonly name: string; readonly expected: string; readonly found: unknown };

/** Settings with defaults filled in, and what is wrong with them, if anything is. */
export const checkSettings = (
  settings: Settings,
  given: Readonly<Record<string, unknown>>,
): { readonly filled: Readonly<Record<string, unknown>>; readonly problem?: SettingProblem } => {
  const filled: Record<string, unknown> = {};
  const unknown = Object.keys(given).find((name) => !(name in settings) && given[name] !== undefined);
  if (unknown !== undefined) return { filled, problem: { unknown } };
  for (const [name, setting] of Object.entries(settings)) {
    const value = given[name] ?? setting.default;
    if (value === undefined && !setting.required) continue;
    if (!matches(setting, value)) return { filled, problem: { name, expected: expectation(setting), found: value } };
    filled[name] = value;
  }
  return { filled };
};
