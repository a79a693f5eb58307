/** Small DICOM files for tests (PS3.10, explicit little-endian). */

/** Elements by tag, such as "0028,0010 US": texts, 16-bit numbers, bytes, or the items of a sequence. */
export type DicomElements = Readonly<Record<string, string | number | Uint8Array | readonly DicomElements[]>>;

const long = new Set(["OB", "OW", "SQ", "UN", "OF", "OD"]);

const valueBytes = (value: DicomElements[string]): Buffer => {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (typeof value === "number") return Buffer.from([value & 255, value >> 8]);
  if (typeof value === "string") return Buffer.from(value, "latin1");
  return Buffer.concat(
    value.map((item) => {
      const content = elementBytes(item);
      const head = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]);
      head.writeUInt32LE(content.length, 4);
      return Buffer.concat([head, content]);
    }),
  );
};

const elementBytes = (elements: DicomElements): Buffer =>
  Buffer.concat(
    Object.entries(elements)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => {
        const [, group, element, kind] = /^(....),(....) (..)$/.exec(name) as unknown as string[];
        const raw = valueBytes(value);
        const content = raw.length % 2 ? Buffer.concat([raw, Buffer.from(kind === "UI" ? "\0" : " ")]) : raw;
        const head = Buffer.alloc(long.has(kind!) ? 12 : 8);
        head.writeUInt16LE(Number.parseInt(group!, 16), 0);
        head.writeUInt16LE(Number.parseInt(element!, 16), 2);
        head.write(kind!, 4);
        if (long.has(kind!)) head.writeUInt32LE(content.length, 8);
        else head.writeUInt16LE(content.length, 6);
        return Buffer.concat([head, content]);
      }),
  );

/** A file of some elements. @param syntax the transfer syntax that it states */
export const dicomFile = (elements: DicomElements, syntax = "1.2.840.10008.1.2.1"): Buffer => {
  const meta = elementBytes({ "0002,0010 UI": syntax });
  const length = Buffer.alloc(4);
  length.writeUInt32LE(meta.length);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from("DICM"),
    elementBytes({ "0002,0000 UL": length }),
    meta,
    elementBytes(elements),
  ]);
};

/** A slice of 16-bit pixels without sign, in a plane across the body: to the left, to the back. */
export const dicomSlice = (
  pixels: readonly number[],
  {
    columns,
    position = [0, 0, 0],
    number = 1,
    series = "1.2.3",
    spacing = [1, 1],
    more = {},
  }: {
    readonly columns: number;
    readonly position?: readonly number[];
    readonly number?: number;
    readonly series?: string;
    /** mm between rows, and between columns. */
    readonly spacing?: readonly [number, number];
    readonly more?: DicomElements;
  },
): Buffer => {
  const bytes = Buffer.alloc(2 * pixels.length);
  for (const [n, pixel] of pixels.entries()) bytes.writeUInt16LE(pixel & 0xffff, 2 * n);
  return dicomFile({
    "0008,0060 CS": "MR",
    "0008,103e LO": `series ${series}`,
    "0020,000e UI": series,
    "0020,0013 IS": `${number}`,
    "0020,0032 DS": position.join("\\"),
    "0020,0037 DS": "1\\0\\0\\0\\1\\0",
    "0028,0002 US": 1,
    "0028,0004 CS": "MONOCHROME2",
    "0028,0010 US": pixels.length / columns,
    "0028,0011 US": columns,
    "0028,0030 DS": spacing.join("\\"),
    "0028,0100 US": 16,
    "0028,0101 US": 16,
    "0028,0102 US": 15,
    "0028,0103 US": 0,
    "7fe0,0010 OW": bytes,
    ...more,
  });
};
