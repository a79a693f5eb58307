/** How probable conditions are under a model. */
import { checkWhole } from "@scorefield/core/internal";
import { shareStream, streamSeed } from "./candidate-streams.ts";
import { type DrawOptions, drawRows } from "./draw-rows.ts";
import { type DrawnShare, drawnShare } from "./drawn-share.ts";
import { conditions, type Where } from "./knowledge.ts";
import { type TableRun, tableModel } from "./table-model.ts";

/**
 * How probable conditions are: the share of rows that satisfy them among rows that the model draws without any.
 * @param options `draws` default 1,000, `seed` default 0; the draws are other ones than those of `sampleTable`
 * @throws as {@link conditions}
 */
export const conditionShare = async (
  run: TableRun,
  where: Where,
  options: DrawOptions & { readonly draws?: number; readonly seed?: number } = {},
): Promise<DrawnShare> => {
  const { draws = 1000, seed = 0, ...rest } = options;
  const own = tableModel("conditionShare", run);
  const { satisfies } = conditions(run, where);
  checkWhole("conditionShare draws", draws);
  const { rows } = await drawRows(own, {
    ...rest,
    seed: streamSeed(seed, shareStream),
    numbers: Array.from({ length: draws }, (_, i) => i),
    observed: new Float32Array(own.codec.observedSize),
  });
  return drawnShare(
    satisfies(rows).reduce((sum, one) => sum + one, 0),
    draws,
  );
};
