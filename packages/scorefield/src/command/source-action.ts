/** Commands on a source, which may be standard input: what `train` and `columns` share. */
import { interruptible } from "./interrupt.ts";
import { withInput } from "./standard-input.ts";
import { standardStream } from "./standard-output.ts";
import { type Given, readSource, type TrainFlags } from "./train-recipe.ts";

/** A source that was read. */
export interface ReadSource {
  readonly source: string;
  /** The file with what was on standard input, where that is the source. */
  readonly received: string | undefined;
  /** The recipe that it stands for. @throws UsageError for a source that is not one */
  readonly given: () => Promise<Given>;
}

/**
 * The action of such a command.
 * @param remark what is said at the first Ctrl-C
 * @param check refuses flags before anything is read
 */
export const sourceAction =
  (
    work: (read: ReadSource, flags: TrainFlags, signal: AbortSignal) => Promise<void>,
    remark: string,
    check: (source: string, flags: TrainFlags) => void = () => {},
  ) =>
  (source: string, flags: TrainFlags): Promise<void> =>
    interruptible(async (signal) => {
      check(source, flags);
      const piped = { data: source === standardStream ? source : undefined, dataFormat: flags.dataFormat };
      await withInput(piped, signal, (received) => {
        const given = async (): Promise<Given> =>
          received ? { recipe: { data: { path: received } }, folder: "." } : readSource(source);
        return work({ source, received, given }, flags, signal);
      });
    }, remark);
