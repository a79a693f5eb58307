/** Classes as the option `--class` names them: `3`, `cat,dog` or `all`. */
import { didYouMean } from "@scorefield/core";
import { classNamed, shortList } from "@scorefield/domain";
import { UsageError } from "../errors.ts";
import type { DrawnRun } from "../run/load.ts";

/**
 * The classes that `--class` names, as the model counts them.
 * @throws UsageError for a run without classes, or an unknown one
 */
export const parseClasses = ({ path, record, classes }: DrawnRun, text: string): readonly number[] => {
  const count = Number(record.model.network.classes ?? 0);
  if (count === 0)
    throw new UsageError(
      `--class ${text}: expected a run that learnt classes, found ${path}, which learnt none; leave --class out. Classes are learnt from images and sounds (train --labels). Of a table, learn the column with the others, and ask for rows with --where "COLUMN=CLASS"`,
    );
  const names = classes ?? Array.from({ length: count }, (_, i) => `${i}`);
  if (text === "all") return [...names.keys()];
  return text.split(",").map((part) => {
    const found = classNamed(part, names);
    if (found < 0)
      throw new UsageError(
        `--class ${text}: expected classes among ${shortList(names)}; found ${part.trim()}${didYouMean(part.trim(), names)}`,
      );
    return found;
  });
};
