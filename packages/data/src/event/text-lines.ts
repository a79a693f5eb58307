/** The lines of a text file, one by one, unpacked where it is gzip. */
import { readBytes } from "../bytes.ts";

/** @throws DataError when the file is missing, or damaged gzip; the signal's reason when aborted */
export async function* textLines(path: string, signal?: AbortSignal): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of readBytes(path)) {
    signal?.throwIfAborted();
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield line;
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}
