/** The codecs of built-in domains, from what runs keep. No Node module is used here: pages decode too. */
import { ArgumentError } from "@scorefield/core";
import type { Shape } from "@scorefield/tensor";
import { audioCodec } from "./audio/audio-codec.ts";
import type { Codec, StoredCodec } from "./codec.ts";
import { eventCodec } from "./event/event-codec.ts";
import { imageCodec } from "./images/image-codec.ts";
import { seriesCodec } from "./series/series-codec.ts";
import { pairCodec } from "./sound-fault/pair-codec.ts";
import { wavePairCodec } from "./sound-fault/wave-pair-codec.ts";
import { mixedCodec } from "./table/mixed/mixed-codec.ts";
import { scalingCodec } from "./table/scaling.ts";

const makers: Readonly<Record<string, (stored: StoredCodec, shape: Shape) => Codec>> = {
  none: scalingCodec,
  standard: scalingCodec,
  quantile: scalingCodec,
  mixed: mixedCodec,
  images: () => imageCodec,
  events: eventCodec,
  series: seriesCodec,
  waveform: audioCodec,
  spectrogram: audioCodec,
  "sound-pair": pairCodec,
  "sound-wave-pair": wavePairCodec,
};

/** Whether a codec is of a built-in domain. */
export const isBuiltInCodec = ({ kind }: StoredCodec): boolean => Object.hasOwn(makers, kind);

/**
 * The codec that a run keeps.
 * @param shape of a sample in the model's units, which the codec has to be for
 * @throws ArgumentError for a kind that is not built in, and for what no data lead to
 */
export const builtInCodec = (stored: StoredCodec, shape: Shape): Codec => {
  if (!isBuiltInCodec(stored))
    throw new ArgumentError(`scaling: expected one of ${Object.keys(makers).join(", ")}, found ${stored.kind}`);
  return makers[stored.kind]!(stored, shape);
};

export type { Codec, EncodeDraw, StoredCodec, Volume } from "./codec.ts";
export { cellText } from "./table/column/cell-text.ts";
export type { KeptRules } from "./table/rules/kept-rules.ts";
export type { Scaling, ScalingKind } from "./table/scaling.ts";
export { type ColumnKind, checkTableColumns, type TableColumn } from "./table/table-column.ts";
