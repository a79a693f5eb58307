/** Pixels of DICOM files as numbers (PS3.5 section 8). */

import { allocate, decodeNumbers, type Elements, type ElementType, elementType } from "../elements.ts";
import { DataError } from "../errors.ts";
import { type DicomFile, pixelElement } from "./dicom-header.ts";
import { unpackRle } from "./dicom-rle.ts";

const compressed: Readonly<Record<string, string>> = {
  "1.2.840.10008.1.2.4.50": "JPEG",
  "1.2.840.10008.1.2.4.51": "JPEG of 12 bits",
  "1.2.840.10008.1.2.4.57": "lossless JPEG",
  "1.2.840.10008.1.2.4.70": "lossless JPEG",
  "1.2.840.10008.1.2.4.80": "JPEG-LS",
  "1.2.840.10008.1.2.4.81": "JPEG-LS",
  "1.2.840.10008.1.2.4.90": "JPEG 2000",
  "1.2.840.10008.1.2.4.91": "JPEG 2000",
  "1.2.840.10008.1.2.4.110": "JPEG XL",
  "1.2.840.10008.1.2.4.111": "JPEG XL",
  "1.2.840.10008.1.2.4.112": "JPEG XL",
  "1.2.840.10008.1.2.4.201": "high-throughput JPEG 2000",
  "1.2.840.10008.1.2.4.202": "high-throughput JPEG 2000",
  "1.2.840.10008.1.2.4.203": "high-throughput JPEG 2000",
};

const bigEndian = "1.2.840.10008.1.2.2";
const runLength = "1.2.840.10008.1.2.5";
const readable = ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", bigEndian, runLength];

const checkSyntax = (path: string, syntax: string): void => {
  if (readable.includes(syntax)) return;
  throw new DataError({
    path,
    expected: "pixels that are not compressed, or by run lengths only",
    found: compressed[syntax]
      ? `${compressed[syntax]} (transfer syntax ${syntax})`
      : `transfer syntax ${syntax || "unknown"}`,
    fix: "Decompress it first, e.g. with gdcmconv --raw in.dcm out.dcm; or with dcmdjpeg or dcmdjpls",
  });
};

/** How the pixels of a file are stored. */
export interface PixelFormat {
  readonly type: ElementType;
  /** 1, or 3 for red, green, blue. */
  readonly samples: 1 | 3;
  /** Whether low numbers are bright, as on a film. */
  readonly inverted: boolean;
}

/**
 * How the pixels of a file are stored.
 * @throws DataError for compressed ones, palettes, other colours than RGB, and single bits
 */
export const pixelFormat = ({ path, data, syntax }: DicomFile): PixelFormat => {
  checkSyntax(path, syntax);
  const colours = (data.string("x00280004") ?? "MONOCHROME2").trim();
  const samples = data.uint16("x00280002") ?? 1;
  const grey = /^MONOCHROME[12]$/.test(colours) && samples === 1;
  if (!grey && !(colours === "RGB" && samples === 3))
    throw new DataError({
      path,
      expected: "shades of grey (MONOCHROME1 or 2) or RGB",
      found: `${colours} of ${samples} numbers a pixel`,
      fix: "Convert it to one of these with the program that wrote it",
    });
  const element = pixelElement(data)!;
  const order = syntax === bigEndian ? ">" : "<";
  const bits = data.uint16("x00280100") ?? 0;
  const signed = data.uint16("x00280103") === 1;
  const code =
    element.tag === "x7fe00008"
      ? `${order}f4`
      : element.tag === "x7fe00009"
        ? `${order}f8`
        : bits === 8
          ? `|${signed ? "i" : "u"}1`
          : `${order}${signed ? "i" : "u"}${bits / 8}`;
  const type = bits === 1 ? undefined : elementType(code);
  if (!type || (samples === 3 && bits !== 8))
    throw new DataError({ path, expected: "8, 16 or 32 bits a number, 8 for colours", found: `${bits} bits` });
  return { type, samples: samples === 3 ? 3 : 1, inverted: colours === "MONOCHROME1" };
};

/** Clears bits beside those that hold the number, where old files kept overlays, and extends the sign. */
const keepBits = (pixels: Elements, { data }: DicomFile): void => {
  const allocated = data.uint16("x00280100") ?? 16;
  const stored = data.uint16("x00280101") ?? allocated;
  const low = (data.uint16("x00280102") ?? stored - 1) + 1 - stored;
  if ((stored >= allocated && low === 0) || allocated > 16 || stored < 1 || low < 0) return;
  const signed = data.uint16("x00280103") === 1;
  const [full, half] = [2 ** stored, 2 ** (stored - 1)];
  for (let i = 0; i < pixels.length; i++) {
    const value = (Number(pixels[i]) >> low) & (full - 1);
    pixels[i] = signed && value >= half ? value - full : value;
  }
};

/** The bytes of one frame. */
const frameBytes = (file: DicomFile, frame: number, { type, samples }: PixelFormat): Uint8Array => {
  const { path, data, syntax } = file;
  const element = pixelElement(data)!;
  const area = data.uint16("x00280010")! * data.uint16("x00280011")!;
  const size = area * samples * type.bytes;
  const all = data.byteArray as Uint8Array;
  const short = (found: number) =>
    new DataError({
      path,
      expected: `${(frame + 1) * size} bytes of pixels`,
      found: `${found}`,
      fix: "Fetch or export it again",
    });
  if (syntax === runLength) {
    // Each frame is one fragment.
    const fragment = element.fragments?.[frame];
    if (!fragment) throw short(frame * size);
    const packed = all.subarray(fragment.position, fragment.position + fragment.length);
    return unpackRle(packed, { area, samples, bytes: type.bytes, path });
  }
  const start = element.dataOffset + frame * size;
  const end = Math.min(element.dataOffset + element.length, all.length);
  if (start + size > end) throw short(end - element.dataOffset);
  if (syntax !== bigEndian || type.bytes !== 1 || element.vr !== "OW") return all.subarray(start, start + size);
  // Bytes stand in words of two, which are turned round; a frame of an odd number shares a word with the next.
  return Uint8Array.from({ length: size }, (_, n) => all[element.dataOffset + ((frame * size + n) ^ 1)]!);
};

/**
 * The stored numbers of one frame, [rows, columns] or with colours [rows, columns, 3].
 * @throws DataError where the file ends before
 */
export const framePixels = (file: DicomFile, frame: number, format: PixelFormat): Elements => {
  const { path, data, syntax } = file;
  const { type, samples } = format;
  const area = data.uint16("x00280010")! * data.uint16("x00280011")!;
  const count = area * samples;
  const pixels = allocate(type, count, path);
  decodeNumbers(type, frameBytes(file, frame, format), pixels, 0, path);
  if (samples === 1) {
    if (type.dtype !== "float32" && type.dtype !== "float64") keepBits(pixels, file);
    return pixels;
  }
  // Colours stand together, or one plane after the other.
  if (data.uint16("x00280006") !== 1 || syntax === runLength) return pixels;
  const together = allocate(type, count, path);
  for (let p = 0; p < area; p++) for (let c = 0; c < 3; c++) together[3 * p + c] = pixels[c * area + p]!;
  return together;
};
