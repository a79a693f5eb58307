/** What the terminal can show: how wide it is, and whether it has colours. */
import { styleText } from "node:util";

/** A stream that may be a terminal. */
type Terminal = Pick<NodeJS.WriteStream, "isTTY" | "columns">;

/** Characters in a line of a terminal. A file or a pipe has no width, and a terminal may not know its own. */
export const terminalWidth = (stream: Terminal = process.stdout): number | undefined =>
  (stream.isTTY && stream.columns) || undefined;

/**
 * Text in a colour or weight where the stream shows it, else as it is. NO_COLOR, FORCE_COLOR and TERM=dumb are respected.
 * @param format such as `bold` or `red`
 */
export const paint = (
  format: Parameters<typeof styleText>[0],
  text: string,
  stream: NodeJS.WriteStream = process.stdout,
): string => styleText(format, text, { stream });
