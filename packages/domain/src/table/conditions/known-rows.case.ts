/** A run on a table of all kinds of columns whose network has not learnt: what is known must hold all the same. */
import { edm, heun, mixedPreconditioning, mlp, trainedModel } from "@scorefield/core";
import { observedFeatures } from "@scorefield/core/internal";
import { fitMixed } from "../mixed/fit-mixed.ts";
import { mixedColumns, mixedRows } from "../mixed/mixed-table.case.ts";
import type { TableRun } from "./table-model.ts";

export const trainingRows = mixedRows(300);

/** @param observed whether the network is conditioned on what is known */
export const untrainedRun = (observed = true): TableRun => {
  const codec = fitMixed(mixedColumns, trainingRows);
  const { columns, scale } = codec.layout;
  const network = mlp({
    width: 8,
    depth: 1,
    noiseFeatures: 4,
    ...(observed && { observed: observedFeatures({ columns }) }),
  });
  const shape = [columns.reduce((a, b) => a + b, 0)];
  const parts = { process: edm(), network, preconditioning: mixedPreconditioning({ columns, scale }) };
  return {
    model: trainedModel(parts, network.initialise(shape, 1), shape),
    codec,
    table: mixedColumns,
    sampler: heun({ steps: 6 }),
  };
};
