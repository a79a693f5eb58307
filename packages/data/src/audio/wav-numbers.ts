/** The numbers of WAV files: interleaved bytes, and channels apart. No Node module is used here. */
import { type FloatType, type NdArray, storage } from "@scorefield/tensor";
import { formatBytes, type WavFormat } from "./wav-header.ts";

/** Full scale of the formats of whole numbers. */
const fullScale: Readonly<Record<WavFormat, number>> = {
  uint8: 2 ** 7,
  int16: 2 ** 15,
  int24: 2 ** 23,
  int32: 2 ** 31,
  float32: 1,
  float64: 1,
};

/** The type that holds numbers of a format exactly. */
const exactType = (format: WavFormat): FloatType =>
  format === "int32" || format === "float64" ? "float64" : "float32";

const readers: Readonly<Record<WavFormat, (view: DataView, at: number) => number>> = {
  uint8: (view, at) => view.getUint8(at) - 128,
  int16: (view, at) => view.getInt16(at, true),
  int24: (view, at) => (view.getInt8(at + 2) << 16) | view.getUint16(at, true),
  int32: (view, at) => view.getInt32(at, true),
  float32: (view, at) => view.getFloat32(at, true),
  float64: (view, at) => view.getFloat64(at, true),
};

const writers: Readonly<Record<WavFormat, (view: DataView, at: number, value: number) => void>> = {
  uint8: (view, at, value) => view.setUint8(at, value + 128),
  int16: (view, at, value) => view.setInt16(at, value, true),
  int24: (view, at, value) => {
    view.setUint16(at, value & 0xffff, true);
    view.setInt8(at + 2, value >> 16);
  },
  int32: (view, at, value) => view.setInt32(at, value, true),
  float32: (view, at, value) => view.setFloat32(at, value, true),
  float64: (view, at, value) => view.setFloat64(at, value, true),
};

/** Whole frames of interleaved numbers as [channels, frames], exactly. */
export const fromFrames = (bytes: Uint8Array, format: WavFormat, channels: number): NdArray<FloatType> => {
  const width = formatBytes[format];
  const frames = Math.floor(bytes.length / (width * channels));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dtype = exactType(format);
  const data = storage(dtype, channels * frames) as Float32Array;
  const read = readers[format];
  const scale = 1 / fullScale[format];
  for (let t = 0, at = 0; t < frames; t++)
    for (let k = 0; k < channels; k++, at += width) data[k * frames + t] = read(view, at) * scale;
  return { dtype, shape: [channels, frames], data } as NdArray<FloatType>;
};

/**
 * [channels, frames] as interleaved numbers. Whole numbers are rounded, and what is beyond full scale is clipped to it; what is no
 * number becomes 0.
 */
export const toFrames = ({ shape, data }: NdArray<FloatType>, format: WavFormat): Uint8Array => {
  const [channels = 1, frames = 0] = shape;
  const width = formatBytes[format];
  const bytes = new Uint8Array(channels * frames * width);
  const view = new DataView(bytes.buffer);
  const write = writers[format];
  const scale = fullScale[format];
  const whole = scale > 1;
  for (let t = 0, at = 0; t < frames; t++)
    for (let k = 0; k < channels; k++, at += width) {
      const value = data[k * frames + t]!;
      const stored = whole ? Math.min(scale - 1, Math.max(-scale, Math.round(value * scale))) : value;
      write(view, at, Number.isNaN(stored) ? 0 : stored);
    }
  return bytes;
};
