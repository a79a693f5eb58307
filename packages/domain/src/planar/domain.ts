/** Points of two-dimensional sets that are made on the spot. */
import { setting } from "@scorefield/core";
import { defineDomain } from "../define.ts";
import { fingerprint } from "../fingerprint.ts";
import { rowDomain } from "../row-domain.ts";
import { arraySamples } from "../samples.ts";
import { type DataSettings, seedSetting } from "../settings.ts";
import { fitRows } from "../table/fit-rows.ts";
import { readGivenRows } from "../table/given-rows.ts";
import { scalingCodec } from "../table/scaling.ts";
import { type PlanarName, planarNames } from "./names.ts";
import { planarSets } from "./sets.ts";

const settings = {
  set: setting.choice({ help: "A two-dimensional set made on the spot", values: planarNames }),
  count: setting.whole({ help: "Points", least: 1, default: 20_000 }),
  seed: seedSetting,
};

const kind = "set";

/** Settings of a planar set. */
export interface PlanarSettings extends DataSettings {
  readonly kind: "set";
  readonly set: PlanarName;
  readonly count: number;
  readonly seed: number;
}

const isName = (word: unknown): word is PlanarName => (planarNames as readonly unknown[]).includes(word);

/** Two-dimensional sets, such as moons and spirals. */
export const planar = defineDomain({
  ...rowDomain,
  kind,
  title: "a built-in set",
  settings,
  words: planarNames,
  recognises: (source) =>
    typeof source === "string"
      ? isName(source)
        ? { kind, set: source }
        : undefined
      : "set" in source && !("kind" in source)
        ? { kind, ...source }
        : undefined,
  nameOf: ({ set }) => String(set),
  read: async (settings) => {
    const { set, count, seed } = settings as PlanarSettings;
    const columns = ["x", "y"];
    const values = planarSets[set]()(count, seed);
    return { samples: arraySamples(values, { columns, sha256: fingerprint(columns, values) }), settings };
  },
  given: readGivenRows,
  codecs: () => ["none", "quantile", "standard"],
  fit: fitRows,
  codec: scalingCodec,
});
