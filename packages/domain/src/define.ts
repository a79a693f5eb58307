/** A domain of a library user: what they say of it, and what rows of numbers have where they say nothing. */

import { ArgumentError } from "@scorefield/core";
import { checkMade } from "@scorefield/core/internal";
import { atomicWrite, DataError } from "@scorefield/data";
import type { FloatType, NdArray } from "@scorefield/tensor";
import { identity } from "./codec.ts";
import type { Domain } from "./domain.ts";
import { type OpenedData, type OpenOptions, openData } from "./open.ts";
import { rowDomain } from "./row-domain.ts";
import type { Composition } from "./samples.ts";

/** A domain, and a way to open its data. */
export interface OpenableDomain extends Domain {
  /**
   * Reads, splits and encodes data for `train`.
   * @param source a path, a word or settings that the domain recognises
   * @throws ArgumentError for what it does not recognise, unknown settings and codecs; DataError for data that cannot be read
   */
  open(source: string | Readonly<Record<string, unknown>>, options?: OpenOptions): Promise<OpenedData>;
  /**
   * Writes samples [n, ...shape] in the data's units to a file, atomically, in the format of its name.
   * @param made what the samples consist of: a run's `made`, or opened data's `values.training`
   * @throws ArgumentError for an ending that the domain does not write; DataError when the system refuses
   */
  write(path: string, samples: NdArray<FloatType>, made: Composition): Promise<void>;
}

/** The least a domain says of itself. */
export type DomainParts = Pick<Domain, "kind" | "read"> & Partial<Domain>;

/**
 * Makes a domain. The defaults are for rows of numbers that are in the model's units already: a perceptron as
 * network, points as figures, .csv, .tsv, .xlsx, .jsonl and .npy as files. Where nothing is said of what it recognises, this is its kind
 * as a bare word, and settings that name it.
 */
export const defineDomain = (parts: DomainParts): OpenableDomain => {
  checkMade("defineDomain", parts, ["kind", "read"], "the parts of a domain, such as { kind, read, ... }");
  const { kind } = parts;
  const domain: Domain = {
    title: `data of the domain ${kind}`,
    settings: {},
    recognises: (source) => (source === kind ? { kind } : undefined),
    given: async (path) => {
      throw new DataError({
        path,
        expected: `data of the domain ${kind}, which reads none from files`,
        found: "a file",
      });
    },
    codecs: () => ["none"],
    fit: async () => identity,
    codec: (stored) => {
      if (stored.kind === "none") return identity;
      throw new ArgumentError(`${kind}: expected a codec of kind none, found ${stored.kind}`);
    },
    ...rowDomain,
    ...parts,
  };
  return {
    ...domain,
    open: (source, options) => openData(domain, source, options),
    write: async (path, samples, made) => {
      const { endings, content } = domain.writing(made.shape);
      const ending = endings.find((known) => path.toLowerCase().endsWith(known));
      if (ending === undefined)
        throw new ArgumentError(`${kind}: expected a file name that ends in ${endings.join(" or ")}, found ${path}`);
      await atomicWrite(path, await content(ending, samples, made));
    },
  };
};
