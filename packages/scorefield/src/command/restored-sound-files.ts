/** Files of a restored sound. */
import { encodeWav, type WavFormat } from "@scorefield/data";
import type { SampleFile } from "@scorefield/domain";
import type { Fault } from "@scorefield/domain/sound-fault";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { bandFactor } from "../restore/band-factor.ts";
import type { RestoredBlock } from "../restore/restored-block.ts";

/** How restored numbers are stored. Those that were clipped at full scale are beyond it, which whole numbers cannot be. */
export const formatOf = (fault: Fault): WavFormat => (fault === "clip" ? "float32" : "int16");

/** Sums of squares over the blocks that go by. */
export const measured = (draws: number) => {
  let [signal, spread] = [0, 0];
  return {
    add: ({ mean, deviation }: RestoredBlock): void => {
      for (const value of mean.data) signal += value ** 2;
      for (const value of deviation?.data ?? []) spread += value ** 2;
    },
    /** In dB of the restored sound, where several draws say it. */
    band: (): number | undefined =>
      draws > 1 && signal > 0 ? 10 * Math.log10((bandFactor(draws) ** 2 * spread) / signal) : undefined,
  };
};

/** Blocks [channels, n] one after the other. */
const joined = (blocks: readonly NdArray<"float32">[]): NdArray<"float32"> => {
  const channels = blocks[0]?.shape[0] ?? 1;
  const frames = blocks.reduce((sum, { shape }) => sum + shape[1]!, 0);
  const data = new Float32Array(channels * frames);
  let at = 0;
  for (const { shape, data: values } of blocks) {
    for (let k = 0; k < channels; k++) data.set(values.subarray(k * shape[1]!, (k + 1) * shape[1]!), k * frames + at);
    at += shape[1]!;
  }
  return ndarray(data, [channels, frames]) as NdArray<"float32">;
};

const drawOf = ({ draws }: RestoredBlock, d: number): NdArray<"float32"> => {
  const [, channels = 1, n = 0] = draws.shape;
  return ndarray(draws.data.slice(d * channels * n, (d + 1) * channels * n), [channels, n]) as NdArray<"float32">;
};

/** An end of the band about the mean of two draws or more. */
const atBand = ({ meanOfDraws, deviation }: RestoredBlock, factor: number): NdArray<"float32"> => ({
  ...meanOfDraws!,
  data: meanOfDraws!.data.map((value, i) => value + factor * deviation!.data[i]!),
});

/** Files of a folder: the mean, the ends of 90 % intervals, and the draws unless one of them is the mean. */
export async function* filesOf(
  blocks: readonly RestoredBlock[],
  {
    rate,
    draws,
    drawsApart,
    format,
  }: { readonly rate: number; readonly draws: number; readonly drawsApart: boolean; readonly format: WavFormat },
): AsyncGenerator<SampleFile> {
  const file = (name: string, of: (block: RestoredBlock) => NdArray<"float32">): SampleFile => ({
    name: `${name}.wav`,
    content: encodeWav({ rate, samples: joined(blocks.map(of)) }, { format }),
  });
  yield file("restored", ({ mean }) => mean);
  if (draws > 1) {
    const factor = bandFactor(draws);
    yield file("lower", (block) => atBand(block, -factor));
    yield file("upper", (block) => atBand(block, factor));
  }
  for (let d = 0; drawsApart && d < draws; d++) yield file(`draw-${d + 1}`, (block) => drawOf(block, d));
}
