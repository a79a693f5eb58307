export { atomicWrite, type Content, flushFolder } from "./atomic-write.ts";
export { resample } from "./audio/resample.ts";
export { resampledSource } from "./audio/resampled-source.ts";
export { mixDown, type Sound } from "./audio/sound.ts";
export {
  isSoundName,
  openSound,
  readSound,
  type SoundBlocksOptions,
  type SoundFile,
  writeSound,
  writeSoundBlocks,
} from "./audio/sound-file.ts";
export { type ChangeWindows, type SoundSource, type StreamOptions, streamWindows } from "./audio/stream-windows.ts";
export { decodeWav, encodeWav, type WavOptions } from "./audio/wav.ts";
export type { WavFormat } from "./audio/wav-header.ts";
export type { CellColumn } from "./cell-column.ts";
export { type CellSource, csvCells, jsonLinesCells, type WritableCell } from "./cell-text.ts";
export type { CellOptions, CellTable } from "./cells.ts";
export { csvText, writeCsv } from "./csv.ts";
export { DataError, type DataErrorDetails, describeSystemError } from "./errors.ts";
export { type EventTableOptions, readEventTable } from "./event/event-csv.ts";
export type { Events } from "./event/events.ts";
export { readHepmc } from "./event/hepmc.ts";
export { type ReadEventsOptions, readLhe } from "./event/lhe.ts";
export { lheText } from "./event/lhe-write.ts";
export { areEventColumns } from "./event/momentum-columns.ts";
export { isEventFile, readEvents } from "./event/read-events.ts";
export { type ReadRootOptions, readRoot } from "./event/root.ts";
export { type Hdf5Entry, listHdf5, readHdf5 } from "./hdf5/hdf5.ts";
export { type Ismrmrd, readIsmrmrd } from "./hdf5/ismrmrd.ts";
export type { ScanSpace } from "./hdf5/ismrmrd-header.ts";
export { decodeIdx } from "./idx.ts";
export { imageArray, readImageArray } from "./image/array.ts";
export { type ImageFolder, type ImageFolderOptions, imageFolder } from "./image/folder.ts";
export { type Images, pixelLevel, takeImages, withMirrored } from "./image/images.ts";
export type { Labels } from "./image/labels.ts";
export { isPictureName, readPicture } from "./image/picture.ts";
export { type ReadVolume, type VolumeImageOptions, type VolumeImages, volumeImages } from "./image/volume-images.ts";
export { decodeNpy } from "./npy.ts";
export { type ByteArray, npyBytes, readNpy, writeNpy } from "./npy-file.ts";
export { joinNpy } from "./npy-join.ts";
export { readNpz } from "./npz.ts";
export { writeNpz } from "./npz-write.ts";
export { type RawCells, rawText } from "./raw-cells.ts";
export { readArray, readCells, readRawCells, readTable, streamRows } from "./read.ts";
export { decodeSafetensors, encodeSafetensors, type Safetensors } from "./safetensors.ts";
export { type SplitOptions, splitPositions, splitRows, takeRows } from "./split.ts";
export { fitStandardisation, type Standardisation, standardise, unstandardise } from "./standardise.ts";
export { complexArray, type StoredArray } from "./stored-array.ts";
export type { Table, TableOptions } from "./table.ts";
export { type DicomOptions, type DicomSeries, dicomSeries, readDicom } from "./volume/dicom.ts";
export type { DicomSlice } from "./volume/dicom-header.ts";
export { type FoundVolume, findVolumes, isVolumeName } from "./volume/find-volumes.ts";
export { readNifti } from "./volume/nifti.ts";
export { niftiBytes, type VolumeToWrite, writeNifti } from "./volume/nifti-write.ts";
export { type Plane, type SliceAxis, type Slices, sliceAxes, usualRange, volumeSlices } from "./volume/slices.ts";
export type { Affine, Space, Volume, VoxelKind } from "./volume/volume.ts";
export { xlsxCells } from "./xlsx-write.ts";
