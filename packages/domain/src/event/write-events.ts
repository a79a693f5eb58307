/** Events as files: tables, and Les Houches event files. */
import { gzipSync } from "node:zlib";
import { type Content, lheText } from "@scorefield/data";
import type { FloatType, NdArray } from "@scorefield/tensor";
import type { Shown } from "../domain.ts";
import { tableContent, tableEndings } from "../table/write-table.ts";
import { layoutOfTable } from "./event-layout.ts";
import { eventsOfRows } from "./event-rows.ts";

/** Endings of files that events are written to, the usual one first. */
export const eventEndings: readonly string[] = [
  ".csv",
  ".lhe",
  ".lhe.gz",
  ...tableEndings.filter((end) => end !== ".csv"),
];

/** Events [n, columns] as the content of a file of an ending. @throws DataError for particles that a format has no number for */
export const eventContent = (ending: string, samples: NdArray<FloatType>, shown: Shown): Content | Promise<Content> => {
  if (!ending.startsWith(".lhe")) return tableContent(ending, samples, shown);
  const text = lheText(eventsOfRows(layoutOfTable(shown.table), samples as NdArray));
  return ending === ".lhe" ? text : gzipSync([...text].join(""));
};
