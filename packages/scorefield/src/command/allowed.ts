/** What a kind of data cannot do, said before any work. */
import { UsageError } from "../errors.ts";
import type { DrawnRun } from "../run/load.ts";

/** @throws UsageError where the domain of a run says that a command cannot be used with it, with its reason */
export const checkAllowed = ({ path, domain }: DrawnRun, command: string): void => {
  const reason = domain.refuses?.[command];
  if (reason !== undefined)
    throw new UsageError(`${path}: ${command} cannot be used with a run on ${domain.samples}: it ${reason}`);
};
