/** Text broken into lines. */
import { terminalWidth } from "./terminal.ts";

const joints = ["_", "-", ".", "/", ","] as const;

/**
 * Text in lines of at most `width` characters, broken at spaces, else after a joint of a long name, else anywhere. Nothing
 * is left out but the spaces at the breaks.
 * @param width at least 1
 */
export const wrapText = (text: string, width: number): string[] => {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = rest.lastIndexOf(" ", width);
    const joint = 1 + Math.max(...joints.map((mark) => rest.lastIndexOf(mark, width - 1)));
    const at = space > 0 ? space : joint > 1 ? joint : width;
    lines.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at).trimStart();
  }
  return rest === "" && lines.length > 0 ? lines : [...lines, rest];
};

/** Text in lines that fit the terminal; elsewhere as it is. */
export const wrapped = (text: string, stream: NodeJS.WriteStream = process.stdout): string => {
  const width = terminalWidth(stream);
  return width === undefined
    ? text
    : text
        .split("\n")
        .flatMap((line) => wrapText(line, width))
        .join("\n");
};
