/** Debian's `bart` (Uecker et al., the Berkeley Advanced Reconstruction Toolbox) as a peer, through its files of complex numbers. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Its version, or undefined where it is not installed. */
export const bartVersion = (): string | undefined => {
  try {
    return execFileSync("bart", ["version"], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
};

/** Complex numbers as pairs, with sizes from the fastest to the slowest. */
export interface BartArray {
  readonly sizes: readonly number[];
  readonly data: Float32Array;
}

const write = (path: string, { sizes, data }: BartArray): void => {
  writeFileSync(`${path}.hdr`, `# Dimensions\n${sizes.join(" ")}\n`);
  writeFileSync(`${path}.cfl`, Buffer.from(data.buffer, data.byteOffset, data.byteLength));
};

/** Runs `bart command ...options inputs output`; gives the output's numbers and the seconds that it took. */
export const bart = (
  command: string,
  options: readonly string[],
  inputs: readonly BartArray[],
): { readonly data: Float32Array; readonly seconds: number } => {
  const folder = mkdtempSync(join(tmpdir(), "bart-"));
  try {
    const names = inputs.map((input, i) => {
      write(join(folder, `in${i}`), input);
      return join(folder, `in${i}`);
    });
    const before = performance.now();
    execFileSync("bart", [command, ...options, ...names, join(folder, "out")], {
      stdio: "ignore",
      env: { ...process.env, OMP_NUM_THREADS: "1" },
    });
    const seconds = (performance.now() - before) / 1000;
    const bytes = readFileSync(join(folder, "out.cfl"));
    return { data: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)), seconds };
  } finally {
    rmSync(folder, { recursive: true });
  }
};
