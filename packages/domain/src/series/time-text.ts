/** Times as texts, as their file wrote them. */
import { formatDate } from "../table/column/date-text.ts";
import type { SeriesData } from "./read-series.ts";

/** A time as text: as the column of the file has it, else as ISO 8601 writes it, in UTC. */
export const timeText = ({ isDate, format }: Pick<SeriesData, "isDate" | "format">, time: number): string => {
  if (!isDate) return `${time}`;
  if (format !== undefined) return formatDate(time, format);
  const text = new Date(time).toISOString();
  return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text.slice(0, 19).replace("T", " ");
};
