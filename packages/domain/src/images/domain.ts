/** Images in files. */
import { setting } from "@scorefield/core";
import { type Images, isVolumeName, sliceAxes, withMirrored } from "@scorefield/data";
import { defineDomain } from "../define.ts";
import { readGivenImages } from "./given-images.ts";
import { imageDomain } from "./image-domain.ts";
import type { ImageSettings } from "./image-settings.ts";
import { hasLabelFile, readImages } from "./read-images.ts";

const settings = {
  path: setting.path({
    help: "A folder of PNG, JPEG and WebP images, an array of them (IDX, .npy, .npz), or slices: NIfTI, DICOM; relative to the recipe",
  }),
  size: setting.whole({
    help: "Side in px, at most 2048",
    least: 1,
    most: 2048,
    otherwise:
      "the files' own to 64 px where they are alike and square, else 32; of slices their own to 64 px, else 64",
  }),
  greyscale: setting.boolean({ help: "Shades of grey in place of colours", otherwise: "whether the files are grey" }),
  fit: setting.choice({
    help: "How images become square: the middle, all with a margin, or all stretched",
    values: ["crop", "pad", "stretch"],
    otherwise: "crop; for slices pad",
  }),
  labels: setting.path({
    help: '"folders": sub-folders are classes; else a file of labels, or their array in an .npz file',
    otherwise: "none",
  }),
  only: setting.list(setting.label({ help: "A class, or the number of one from 0 where classes are words" }), {
    help: "Classes of the images to learn from",
    fewest: 1,
    otherwise: "all",
  }),
  flip: setting.boolean({ help: "Learn from every image's mirror image as well", default: false }),
  damaged: setting.choice({
    help: "What to do about files that cannot be decoded",
    values: ["error", "skip"],
    default: "error",
  }),
  array: setting.text({ help: "The array of an .npz file", otherwise: "X, or the only one" }),
  axis: setting.choice({
    help: "Of volumes: the axis from slice to slice, or the plane that slices lie in",
    values: sliceAxes,
    otherwise: "k, the file's third axis",
  }),
  range: setting.list(setting.number({ help: "A value of the file" }), {
    help: "Of volumes: the two values that become -1 and 1; others are clipped",
    fewest: 2,
    otherwise: "each volume's own, its quantiles 0.1 % and 99.9 %",
  }),
  filled: setting.number({
    help: "Of volumes: share of a slice's pixels above a tenth of the range; slices with less are left out",
    least: 0,
    most: 1,
    otherwise: "0.02",
  }),
  series: setting.text({ help: "Of DICOM slices: the series, by description or identifier", otherwise: "all" }),
};

const options = {
  labels: [
    "--labels [file]",
    "for images: a file of labels, or an array of an .npz file; for sounds: names, or a table of files and labels; without a value, the sub-folders' names",
  ],
  only: [
    "--only <labels>",
    "learn only from rows, images or sounds with these labels, between commas, such as cat,dog",
  ],
  array: ["--array <name>", "the array of an .npz file (default: X)"],
  size: ["--size <px>", "side of the images (default: their own to 64 where they are alike, else 32)"],
  greyscale: ["--greyscale", "learn images in shades of grey"],
  flip: ["--flip", "learn the mirror images as well"],
} as const;

const kind = "images";

// Names of IDX files tell the number of axes: three or four are images. What has no ending is a folder, or a DICOM file.
const looksLikeImages = (path: string): boolean =>
  /[.-]idx[34]-ubyte(\.gz)?$/i.test(path) || isVolumeName(path) || !/\.\w+$/.test(path);

/** Images in a folder or in an array. */
export const images = defineDomain({
  ...imageDomain,
  kind,
  title: "images",
  settings,
  options,
  changeable: ["damaged"],
  recognises: (source, isFolder = false) => {
    if (typeof source === "string") return isFolder || looksLikeImages(source) ? { kind, path: source } : undefined;
    const { path } = source;
    return typeof path === "string" && !("kind" in source) && looksLikeImages(path) ? { kind, ...source } : undefined;
  },
  // Labels are a separate file, except where sub-folders or an archive hold them.
  paths: (settings) => ["path", ...(hasLabelFile(settings as ImageSettings) ? ["labels"] : [])],
  read: (settings, options) => readImages(settings as ImageSettings, options),
  additions: ({ flip }) => (flip ? "mirrored ones among the former" : undefined),
  training: (samples, { flip }) => (flip ? withMirrored(samples as Images) : samples),
  given: readGivenImages,
});
