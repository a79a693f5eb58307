/** The domains that come with the package, and which of them data belong to. */

import { arrays } from "./arrays/domain.ts";
import { audio } from "./audio/domain.ts";
import type { Domain } from "./domain.ts";
import { events } from "./event/domain.ts";
import { glyphDomain } from "./glyphs/domain.ts";
import { images } from "./images/domain.ts";
import { planar } from "./planar/domain.ts";
import { series } from "./series/domain.ts";
import type { DataSettings } from "./settings.ts";
import { soundFaults } from "./sound-fault/domain.ts";
import { table } from "./table/domain.ts";

/** Each is asked in turn whether it recognises data: the last ones take most. */
export const builtInDomains: readonly Domain[] = [
  glyphDomain,
  planar,
  soundFaults,
  audio,
  images,
  series,
  events,
  table,
];

/** What a run's record says of its data. */
export interface RecordedData {
  readonly domain?: string | undefined;
  readonly scaling: { readonly kind: string };
  readonly model: { readonly shape: readonly number[] };
  readonly training?: { readonly recipe: { readonly data: DataSettings } } | undefined;
}

/** The domain of a kind, among those given and the built-in ones. */
export const findDomain = (kind: unknown, own?: Domain): Domain | undefined =>
  own?.kind === kind ? own : builtInDomains.find((domain) => domain.kind === kind);

/**
 * The domain of a run: the one its record names. Models that a program saved may name none: rows are then a table, what was
 * scaled as images images, and all else arrays of numbers.
 * @param own a domain that is not built in
 * @returns nothing where the record names a domain that is neither given nor built in
 */
export const domainOfRecord = (
  { domain, scaling, model, training }: RecordedData,
  own?: Domain,
): Domain | undefined => {
  const kind = domain ?? training?.recipe.data.kind;
  if (kind === arrays.kind) return arrays;
  if (kind !== undefined) return findDomain(kind, own);
  if (scaling.kind === "images") return images;
  return model.shape.length === 1 ? table : arrays;
};

/**
 * The settings that a path, a bare word or settings without their kind stand for, of the first domain that recognises them.
 * @param isFolder whether it is a path known to be a folder's
 */
export const recogniseData = (
  source: string | Readonly<Record<string, unknown>>,
  { own, isFolder = false }: { readonly own?: Domain | undefined; readonly isFolder?: boolean } = {},
): DataSettings | undefined => {
  for (const domain of own ? [own, ...builtInDomains] : builtInDomains) {
    const settings = domain.recognises(source, isFolder);
    if (settings) return settings;
  }
  return undefined;
};
