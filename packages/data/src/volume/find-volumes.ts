/** The volumes of a file or a folder. */
import { readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { checkPath } from "../check-call.ts";
import { describeSystemError } from "../errors.ts";
import { dicomSeries, looksLikeDicom, seriesVolume } from "./dicom.ts";
import { readNifti } from "./nifti.ts";
import type { Volume } from "./volume.ts";

/** A volume that is read when it is asked for. */
export interface FoundVolume {
  /** Its file relative to the folder with `/` between names, or of a DICOM series the first one. */
  readonly name: string;
  readonly path: string;
  /** The description and the unique identifier of a series of DICOM slices; none for other files. */
  readonly series: readonly string[];
  /** @throws DataError as `readNifti` and `readDicom` */
  read(): Promise<Volume>;
}

const nifti = /\.(nii(\.gz)?|hdr(\.gz)?)$/i;
const named = /\.(nii(\.gz)?|hdr(\.gz)?|img(\.gz)?|dcm|dicom|ima)$/i;
const dicom = /\.(dcm|dicom|ima)$/i;
const picture = /\.(png|jpe?g|webp)$/i;
const mostTried = 5;

/** Whether the name of a file is that of a volume. */
export const isVolumeName = (path: string): boolean => named.test(path);

const niftiVolume = (path: string, name: string): FoundVolume => ({
  name,
  path,
  series: [],
  read: () => readNifti(path),
});

const dicomVolumes = async (path: string, nameOf: (file: string) => string): Promise<FoundVolume[]> =>
  (await dicomSeries(path)).map((series) => {
    const [first = path] = series.slices.map((slice) => slice.path).sort();
    return {
      name: nameOf(first),
      path: first,
      series: [series.description, series.uid].filter((text) => text !== ""),
      // What is missing between slices does not matter to pictures of the others.
      read: () => seriesVolume(series, first, { gaps: "close" }),
    };
  });

/** Whether one of the first files without the name of another format starts as DICOM files do. */
const holdsDicom = async (files: readonly string[]): Promise<boolean> => {
  const likely = files.filter((file) => dicom.test(file) || !/\.[a-z]\w{0,5}$/i.test(file));
  for (const file of likely.slice(0, mostTried)) if (await looksLikeDicom(file)) return true;
  return false;
};

/**
 * The NIfTI files and DICOM series of a folder and its sub-folders, ordered by name, or those of one file. A folder with PNG, JPEG
 * or WebP pictures has none: its other files are passed over.
 * @param exclude sub-folders to leave out, relative to the folder with `/` between names
 * @throws DataError for damaged DICOM files
 */
export const findVolumes = async (path: string, exclude: readonly string[] = []): Promise<FoundVolume[]> => {
  checkPath("findVolumes", path);
  try {
    if (!(await stat(path)).isDirectory()) {
      if (dicom.test(path) || (!named.test(path) && (await looksLikeDicom(path))))
        return await dicomVolumes(path, () => path);
      return named.test(path) ? [niftiVolume(path, path)] : [];
    }
    const nameOf = (file: string): string => relative(path, file).replaceAll("\\", "/");
    const files = (await readdir(path, { recursive: true, withFileTypes: true }))
      .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && !entry.name.startsWith("."))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !exclude.some((folder) => nameOf(file).startsWith(`${folder}/`)))
      .sort();
    if (files.some((file) => picture.test(file))) return [];
    const volumes = files.filter((file) => nifti.test(file)).map((file) => niftiVolume(file, nameOf(file)));
    return (await holdsDicom(files)) ? [...volumes, ...(await dicomVolumes(path, nameOf))] : volumes;
  } catch (error) {
    throw describeSystemError(error, path, "a volume");
  }
};
