/** Cuts delimited text that arrives in pieces at the ends of records, so that each part can be parsed by itself. */
import { DataError } from "./errors.ts";

/**
 * Characters, more than any sensible record of a text file has: one with an unclosed quote, or without line ends, would
 * otherwise be held whole.
 */
export const longestRecord = 1 << 24;

const quote = 34;
const newline = 10;
const carriageReturn = 13;

/** Gives back complete records as their text arrives. */
export interface RecordCutter {
  /** Takes the next text, returns the records that are now complete, each with its line end. */
  push(text: string): string;
  /** The last record, which may lack its line end. */
  end(): string;
}

/**
 * A cutter for RFC 4180 text: a field that starts with a quote runs to the next quote that is not doubled, over
 * delimiters and line ends. Quotes elsewhere in a field are plain characters.
 * @param firstLine the number of the first line
 * @throws DataError naming the line of a quoted field that is never closed, or that is followed by more text
 */
export const recordCutter = (path: string, delimiter: string, firstLine = 1): RecordCutter => {
  const separator = delimiter.charCodeAt(0);
  let pending = "";
  let scanned = 0;
  let boundary = 0;
  let state: "start" | "plain" | "quoted" | "closed" = "start";
  let line = firstLine;
  let opened = firstLine;

  const scan = () => {
    for (; scanned < pending.length; scanned++) {
      const c = pending.charCodeAt(scanned);
      if (c === newline) line++;
      if (state === "quoted") {
        if (c === quote) state = "closed";
      } else if (c === quote && state === "closed") state = "quoted";
      else if (c === quote && state === "start") {
        state = "quoted";
        opened = line;
      } else if (c === separator || c === newline || c === carriageReturn) {
        state = "start";
        if (c === newline) boundary = scanned + 1;
      } else if (state === "closed") {
        const found = `${JSON.stringify(pending[scanned])} after the closing quote`;
        const fix = "Double the quotes inside a quoted field";
        throw new DataError({ path, row: line, expected: "a delimiter or the end of the line", found, fix });
      } else state = "plain";
    }
  };

  const unclosed = () =>
    new DataError({
      path,
      row: opened,
      expected: "a closing quote",
      found: `none in the ${pending.length - boundary} characters after it`,
      fix: "Close the quoted field that starts on this line",
    });

  return {
    push(text) {
      if (text === "") return "";
      pending += text;
      if ((state === "start" || state === "plain") && !text.includes('"')) {
        // Without a quote every line end closes a record, and the engine finds those many times faster.
        for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
          line++;
          boundary = scanned + at + 1;
        }
        scanned = pending.length;
        const last = pending.charCodeAt(scanned - 1);
        state = last === separator || last === newline || last === carriageReturn ? "start" : "plain";
      } else scan();
      const complete = pending.slice(0, boundary);
      pending = pending.slice(boundary);
      scanned -= boundary;
      boundary = 0;
      if (pending.length > longestRecord) {
        if (state === "quoted") throw unclosed();
        const found = `none in ${pending.length} characters`;
        throw new DataError({ path, row: line, expected: "a line end (LF or CRLF)", found });
      }
      return complete;
    },
    end() {
      if (state === "quoted") throw unclosed();
      return pending;
    },
  };
};
