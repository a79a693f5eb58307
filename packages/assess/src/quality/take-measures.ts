/** The measures of a list of metrics. */
import { bootstrap } from "../metric/bootstrap.ts";
import { type Metric, type SetStatistic, unitOfSamples } from "../metric/metric.ts";
import type { MetricInput } from "../metric/metric-input.ts";
import { intervalOf, type Measure, withNote } from "./measure.ts";

/** The interval of the control is read to a digit at most. */
const controlReplicates = 20;

/** Measures in the order of their metrics, and the details of metrics by their kind. */
export interface TakenMeasures {
  readonly measures: readonly Measure[];
  readonly details: ReadonlyMap<string, unknown>;
}

/**
 * Takes one metric after another. Those that say nothing of the data are left out.
 * @param onStage called before each, with what people call it
 * @throws ShapeError for sets that are too small; the signal's reason when aborted
 */
export const takeMeasures = async (
  metrics: readonly Metric[],
  input: MetricInput,
  onStage: (stage: string) => void,
): Promise<TakenMeasures> => {
  const measures: Measure[] = [];
  const details = new Map<string, unknown>();
  for (const metric of metrics) {
    const { kind, title, summary, unit, good, range, expected } = metric.declaration;
    onStage(title);
    const taken = await metric.take(input);
    if (!taken) continue;
    if (taken.details !== undefined) details.set(kind, taken.details);
    const { name = title, label, replicates } = taken;
    const estimate = async (of: () => SetStatistic | Promise<SetStatistic>, most = Number.POSITIVE_INFINITY) => {
      input.signal?.throwIfAborted();
      const statistic = await of();
      const { seed } = input;
      const chosen = { replicates: Math.min(most, replicates ?? 200), seed };
      const interval = intervalOf(bootstrap(statistic, chosen), range);
      return { interval, pValue: statistic.pValue };
    };
    const samples = await estimate(taken.samples);
    const real = taken.real && (await estimate(taken.real));
    const control = taken.control && (await estimate(taken.control, controlReplicates));
    measures.push(
      withNote({
        name,
        ...(label !== undefined && { label }),
        meaning: summary,
        unit: unit === unitOfSamples ? input.unit : unit,
        good,
        ...(range && { range }),
        ...(expected !== undefined && { expected }),
        samples: samples.interval,
        ...(real && { real: real.interval }),
        ...(control && { control: control.interval }),
        ...(samples.pValue !== undefined && {
          pValue: { samples: samples.pValue, ...(real?.pValue !== undefined && { real: real.pValue }) },
        }),
      }),
    );
  }
  return { measures, details };
};
