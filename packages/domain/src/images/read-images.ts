/** The images that settings name: of a folder, or an array in a file. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { DataError, type Images, imageFolder, readImageArray, takeImages } from "@scorefield/data";
import { classOf } from "../class-named.ts";
import type { ReadData, ReadOptions } from "../domain.ts";
import type { ImageSettings, ReadImages } from "./image-settings.ts";
import { readVolumes } from "./read-volumes.ts";
import { runsInside } from "./runs-inside.ts";

/** Whether `labels` is the path of a file. */
export const hasLabelFile = ({ path, labels }: Pick<ImageSettings, "path" | "labels">): boolean =>
  labels !== undefined && labels !== "folders" && !/\.npz$/i.test(path);

const refuseVolumeSettings = (settings: ImageSettings, path: string): void => {
  for (const name of ["axis", "range", "filled", "series"] as const)
    if (settings[name] !== undefined)
      throw new DataError({
        path,
        expected: `no ${name} but for slices of NIfTI files and DICOM`,
        found: `${settings[name]}`,
        fix: `Leave data.${name} out`,
      });
};

const readFolder = async (settings: ImageSettings, path: string): Promise<ReadImages> => {
  const { size, greyscale, fit, labels, damaged } = settings;
  if (labels !== undefined && labels !== "folders")
    throw new DataError({
      path,
      expected: 'labels "folders" for a folder of images',
      found: JSON.stringify(labels),
      fix: "Sort the images into sub-folders named after their classes",
    });
  const runs = await runsInside(path);
  if (runs[0] === "")
    throw new DataError({
      path,
      expected: "a folder of images",
      found: "a run, whose pictures are its model's",
      fix: "Name the folder of the data; if you mean these pictures, name the run's folder samples",
    });
  const volumes = await readVolumes(settings, path, runs);
  if (volumes) return { ...volumes, leftOut: runs };
  refuseVolumeSettings(settings, path);
  const options = { size, greyscale, fit, labels: labels === "folders", damaged, exclude: runs };
  const images = await imageFolder(path, options);
  const [channels, side] = images.shape;
  return { images, settings: { ...settings, size: side, greyscale: channels === 1 }, leftOut: runs };
};

const readArrayFile = async (settings: ImageSettings, path: string, folder: string): Promise<ReadImages> => {
  const { labels, array } = settings;
  const volumes = await readVolumes(settings, path);
  if (volumes) return volumes;
  refuseVolumeSettings(settings, path);
  for (const name of ["size", "greyscale", "fit"] as const)
    if (settings[name] !== undefined)
      throw new DataError({
        path,
        expected: `no ${name} for an array, which keeps its own`,
        found: `${settings[name]}`,
      });
  if (labels === "folders")
    throw new DataError({ path, expected: "a file of labels for an array of images", found: '"folders"' });
  const given = labels !== undefined && hasLabelFile(settings) ? resolve(folder, labels) : labels;
  return { images: await readImageArray(path, { labels: given, array }), settings };
};

/** The images of some classes; the others are no classes then. */
const onlyOf = (images: Images, only: readonly (string | number)[], path: string): Images => {
  const { labels, classes } = images;
  if (!labels || !classes)
    throw new DataError({ path, expected: "labels with only", found: "none", fix: "Say where the labels are" });
  const wanted = new Set(only.map((label) => classes[classOf(label, classes, { path, what: "classes" })]!));
  const kept = classes.filter((name) => wanted.has(name));
  const chosen = [...labels.keys()].filter((i) => wanted.has(classes[labels[i]!]!));
  const taken = takeImages(images, chosen);
  return {
    ...taken,
    get decodes() {
      return taken.decodes;
    },
    labels: taken.labels!.map((label) => kept.indexOf(classes[label]!)),
    classes: kept,
  };
};

/** What the user should know of runs that were left out. */
const remarksOf = (leftOut: readonly string[]): string[] => {
  if (leftOut.length === 0) return [];
  const named = `${leftOut.slice(0, 3).join(", ")}${leftOut.length > 3 ? ", ..." : ""}`;
  return [leftOut.length === 1 ? `left out, as it is a run: ${named}` : `left out, as they are runs: ${named}`];
};

/**
 * The images of settings.
 * @throws DataError for what is missing, damaged or no image, or labels that do not fit
 */
export const readImages = async (settings: ImageSettings, { folder = "." }: ReadOptions = {}): Promise<ReadData> => {
  const path = resolve(folder, settings.path);
  const found = await stat(path).catch((cause) => {
    throw new DataError({ path, expected: "a folder or file of images", found: "no such file or folder", cause });
  });
  const read = found.isDirectory() ? await readFolder(settings, path) : await readArrayFile(settings, path, folder);
  return {
    samples: settings.only ? onlyOf(read.images, settings.only, path) : read.images,
    settings: read.settings,
    remarks: [...(read.remarks ?? []), ...remarksOf(read.leftOut ?? [])],
    ...(read.notFinite !== undefined && { notFinite: read.notFinite }),
  };
};
