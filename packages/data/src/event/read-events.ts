/** Events from files, the format chosen by the file's name. */
import type { Known } from "@scorefield/tensor/internal";
import { checkOptions, checkPath } from "../check-call.ts";
import { readEventTable } from "./event-csv.ts";
import type { Events } from "./events.ts";
import { readHepmc } from "./hepmc.ts";
import { readLhe } from "./lhe.ts";
import { type ReadRootOptions, readRoot } from "./root.ts";

const known = { signal: true, particles: true, tree: true } satisfies Known<ReadRootOptions>;

const own = /\.(lhe|hepmc|hepmc3)(\.gz)?$|\.root$/i;

/** Whether a file name is one of events and of nothing else; tables may hold events too. */
export const isEventFile = (path: string): boolean => own.test(path);

/**
 * Reads events from a `.lhe`, `.hepmc`, `.hepmc3` or `.root` file, or from a table of four-vectors in any format that
 * `readCells` reads.
 * @throws DataError as {@link readLhe}, {@link readHepmc}, {@link readRoot} and {@link readEventTable}
 */
export const readEvents = async (path: string, options: ReadRootOptions = {}): Promise<Events> => {
  checkPath("readEvents", path);
  checkOptions("readEvents", options, known);
  const { signal, tree, particles } = options;
  if (/\.root$/i.test(path)) return readRoot(path, { signal, tree, particles });
  if (/\.lhe(\.gz)?$/i.test(path)) return readLhe(path, { signal });
  if (isEventFile(path)) return readHepmc(path, { signal });
  return readEventTable(path, { signal, particles });
};
