import { expect, test } from "vitest";
import { unpackRle } from "./dicom-rle.ts";

/** A frame of planes, with its head of 64 bytes. */
const frame = (...planes: readonly (readonly number[])[]): Uint8Array => {
  const bytes = new Uint8Array(64 + planes.flat().length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, planes.length, true);
  let at = 64;
  for (const [n, plane] of planes.entries()) {
    view.setUint32(4 + 4 * n, at, true);
    bytes.set(plane, at);
    at += plane.length;
  }
  return bytes;
};
const about = { area: 5, samples: 1, bytes: 2, path: "f.dcm" };

test("runs and literal bytes; the high byte's plane comes first", () => {
  // 4 times 1, then 2; and 5 literal bytes. 128 says nothing.
  const packed = frame([253, 1, 0, 2], [128, 4, 10, 20, 30, 40, 50]);
  expect([...unpackRle(packed, about)]).toEqual([10, 1, 20, 1, 30, 1, 40, 1, 50, 2]);
  const colours = frame([254, 1], [254, 2], [2, 3, 4, 5]);
  expect([...unpackRle(colours, { ...about, area: 3, samples: 3, bytes: 1 })]).toEqual([1, 2, 3, 1, 2, 4, 1, 2, 5]);
});

test("damaged frames are refused", () => {
  expect(() => unpackRle(frame([253, 1, 0, 2]), about)).toThrow(/f.dcm: expected 2 planes of 5 bytes, found 1 planes/);
  expect(() => unpackRle(frame([253, 1], [252, 1]), about)).toThrow(/found 4 bytes in plane 1/);
  expect(() => unpackRle(new Uint8Array(9), about)).toThrow(/found 9 bytes/);
});
