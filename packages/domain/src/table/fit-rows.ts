/** A scaling fitted to the rows of a domain. */
import type { Codec, StoredCodec } from "../codec.ts";
import { firstSamples, type Samples } from "../samples.ts";
import { fitScaling, type ScalingKind, scalingCodec } from "./scaling.ts";

/** Fits a scaling of a kind to rows to learn from. @throws DataError as {@link fitScaling} */
export const fitRows = async (kind: string, training: Samples): Promise<Codec> => {
  const scaling = fitScaling(kind as ScalingKind, await firstSamples(training), training.columns);
  return scalingCodec(scaling as unknown as StoredCodec);
};
