/** What commands print: results on stdout, as text or one JSON object; progress and remarks on stderr. */

import { wrapped } from "../report/wrap-text.ts";

/** Where a command prints. */
export interface Output {
  readonly json: boolean;
  /** A result for people; not printed with --json. */
  text(text: string): void;
  /** The result for programs; printed only with --json, as one line. */
  result(value: unknown): void;
  /** A remark on stderr. */
  remark(text: string): void;
}

/**
 * The output of a command, as its option --json asks.
 * @param taken whether something else goes to stdout, so that what people read goes to stderr
 */
export const output = ({ json = false }: { readonly json?: boolean }, taken = false): Output => ({
  json,
  text: (text) => {
    if (!json) (taken ? process.stderr : process.stdout).write(`${text}\n`);
  },
  result: (value) => {
    if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
  },
  remark: (text) => process.stderr.write(`${wrapped(text, process.stderr)}\n`),
});
