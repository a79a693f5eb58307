/** Headers of ISMRM raw data (Inati et al. 2017): the XML of a scan, and the records of its readouts. No Node module is used here. */
import { DataError } from "../errors.ts";

type Triple = readonly [number, number, number];

/** A space that a scan was made in. */
export interface ScanSpace {
  /** Samples along x (readout), y and z. */
  readonly matrix: Triple;
  /** In mm. */
  readonly fieldOfView: Triple;
}

/** What the XML says. */
export interface ScanHeader {
  readonly encoded: ScanSpace;
  readonly reconstructed: ScanSpace;
  readonly trajectory: string;
  /** The steps along y and z that are the centre of k-space. */
  readonly centre: readonly [y: number, z: number];
  /** Whether readouts for calibration alone belong to the same scan. */
  readonly embedded: boolean;
}

/** What stands between the first opening and closing tag of a name. */
const within = (xml: string, tag: string): string | undefined => {
  const from = xml.indexOf(`<${tag}>`);
  const to = xml.indexOf(`</${tag}>`, from);
  return from < 0 || to < 0 ? undefined : xml.slice(from + tag.length + 2, to);
};

const triple = (xml: string | undefined): Triple | undefined => {
  const values = ["x", "y", "z"].map((axis) => Number(within(xml ?? "", axis)));
  return xml !== undefined && values.every((value) => value > 0) ? (values as unknown as Triple) : undefined;
};

/** Reads the first encoding of a header. @throws DataError where it lacks sizes */
export const parseScanHeader = (xml: string, path: string): ScanHeader => {
  const encoding = within(xml, "encoding") ?? "";
  const space = (tag: string): ScanSpace => {
    const text = within(encoding, tag);
    const matrix = triple(within(text ?? "", "matrixSize"));
    const fieldOfView = triple(within(text ?? "", "fieldOfView_mm"));
    if (matrix && fieldOfView && matrix.every(Number.isInteger)) return { matrix, fieldOfView };
    throw new DataError({ path, expected: `${tag} with matrixSize and fieldOfView_mm in its XML`, found: "none" });
  };
  const encoded = space("encodedSpace");
  const limits = within(encoding, "encodingLimits") ?? "";
  const centre = (step: 1 | 2): number => {
    const stated = within(within(limits, `kspace_encoding_step_${step}`) ?? "", "center");
    return stated === undefined ? Math.floor(encoded.matrix[step] / 2) : Number(stated);
  };
  return {
    encoded,
    reconstructed: space("reconSpace"),
    trajectory: (within(encoding, "trajectory") ?? "").trim(),
    centre: [centre(1), centre(2)],
    embedded: /^\s*(embedded|interleaved)\s*$/.test(within(encoding, "calibrationMode") ?? ""),
  };
};

/** Readouts that measure something else than the image, by their flags, counted from 1. */
const others = [19, 23, 24, 26, 27, 28, 29, 30, 31];
const calibration = 20;
const reverse = 22;
const isSet = (flags: bigint, flag: number): boolean => ((flags >> BigInt(flag - 1)) & 1n) === 1n;

/** Whether a readout belongs to the image, and whether its samples run backwards. */
export const readoutUse = (flags: bigint, { embedded }: Pick<ScanHeader, "embedded">) => ({
  taken: !others.some((flag) => isSet(flags, flag)) && (embedded || !isSet(flags, calibration)),
  backwards: isSet(flags, reverse),
});
