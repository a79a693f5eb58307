/** Slices of NIfTI files and DICOM as images. */
import { DataError, findVolumes, type ReadVolume, volumeImages } from "@scorefield/data";
import { shortList } from "../names.ts";
import type { ImageSettings, ReadImages } from "./image-settings.ts";

const digits = (value: number): string => `${Number(value.toPrecision(4))}`;

/** Volumes beyond this many are counted, not listed. */
const mostListed = 4;

const planesOf = (volumes: readonly ReadVolume[]): string =>
  [...new Set(volumes.map(({ plane }) => plane))].join(" and ");

const rangesText = (volumes: readonly ReadVolume[], told: boolean): string => {
  const [first] = volumes as [ReadVolume, ...ReadVolume[]];
  const between = ({ range: [low, high] }: ReadVolume): string => `${digits(low)} and ${digits(high)}`;
  if (told) return `values ${between(first)} became -1 and 1, those beyond are clipped`;
  const found = "found: the quantiles 0.1 % and 99.9 %; data.range sets others";
  if (volumes.length === 1) return `values ${between(first)} became -1 and 1 (${found})`;
  const listed = volumes.slice(0, mostListed).map((volume) => `${between(volume)} in ${volume.name}`);
  const more = volumes.length > mostListed ? ", ..." : "";
  return `values that became -1 and 1: ${listed.join(", ")}${more} (each volume's own, ${found}, the same for all)`;
};

const sizeText = (volumes: readonly ReadVolume[], [, rows, columns]: readonly number[], fit: string): string[] => {
  const other = volumes.find(({ height, width }) => height !== rows || width !== columns);
  if (!other) return [];
  const { height, width, pixel } = other;
  const how = { pad: "whole, with a margin", crop: "the middle", stretch: "stretched" }[fit];
  return [
    `slices of ${width} x ${height} px of ${digits(pixel[1])} x ${digits(pixel[0])} mm became ${columns} x ${rows} px (${how}; data.size and data.fit set others)`,
  ];
};

/**
 * The slices of the volumes of a file or folder; undefined for a folder that holds none.
 * @throws DataError as `volumeImages`, and for settings that volumes do not have
 */
export const readVolumes = async (
  settings: ImageSettings,
  path: string,
  exclude: readonly string[] = [],
): Promise<ReadImages | undefined> => {
  if ((await findVolumes(path, exclude)).length === 0) return undefined;
  const { axis, range, size, fit = "pad", filled, series, labels } = settings;
  for (const name of ["array", "greyscale"] as const)
    if (settings[name] !== undefined)
      throw new DataError({ path, expected: `no ${name} for slices of volumes`, found: `${settings[name]}` });
  if (labels !== undefined && labels !== "folders")
    throw new DataError({ path, expected: 'labels "folders" for slices of volumes', found: JSON.stringify(labels) });
  const told = range as readonly [number, number] | undefined;
  const classes = labels === "folders";
  const images = await volumeImages(path, { axis, range: told, size, fit, filled, series, labels: classes, exclude });
  const { volumes, count, shape } = images;
  const leftOut = volumes.reduce((sum, volume) => sum + volume.leftOut, 0);
  const odd = volumes.filter(({ notFinite }) => notFinite > 0);
  const notFinite = odd.reduce((sum, volume) => sum + volume.notFinite, 0);
  return {
    images,
    settings,
    ...(notFinite > 0 && { notFinite }),
    remarks: [
      `${count} ${planesOf(volumes)} slices of ${volumes.length === 1 ? "one volume" : `${volumes.length} volumes`}`,
      rangesText(volumes, told !== undefined),
      ...sizeText(volumes, shape, fit),
      ...(leftOut > 0 ? [`left out ${leftOut} slices with hardly anything in them (data.filled)`] : []),
      ...(odd.length > 0 ? [`values that are no numbers became -1, in ${shortList(odd.map(({ name }) => name))}`] : []),
      volumes.length === 1
        ? "the slices held out lie between those learnt from, so measures on them are too good; with several volumes, whole ones are held out"
        : "whole volumes are held out",
    ],
  };
};
