/** One round of a training over machines, in either way: gradients at every step, or a stretch of steps of each place. */
import {
  type Contribution,
  type DividedTraining,
  type Outer,
  outerStep,
  roundAverage,
  weighedMean,
} from "@scorefield/core/internal";
import { type NdArray, zeros } from "@scorefield/tensor";
import type { Clock } from "./clock.ts";
import { type CollectOptions, collectRound, type Missing } from "./collect-round.ts";
import { type Traffic, trafficOf } from "./counted-store.ts";
import type { RoundRecord, TogetherState } from "./together-state.ts";
import { getVectors, putVectors } from "./vectors.ts";
import type { Content, GradientWork, Receipt, StepsWork } from "./work.ts";

/** Which round. */
export interface Round {
  readonly round: number;
  readonly from: number;
  readonly to: number;
}

/** What rounds of either way need. */
export interface RoundOptions extends CollectOptions {
  readonly training: DividedTraining;
  readonly project: Content;
  readonly code: string;
  readonly places: number;
  readonly outer: Required<Outer>;
  readonly clock: Clock;
}

/** What a round came to. */
export interface RoundResult {
  readonly state: TogetherState;
  readonly contributions: RoundRecord["contributions"];
  readonly missing: readonly Missing<StepsWork | GradientWork>[];
  /** Bytes that the workers moved. */
  readonly traffic: Traffic;
  /** Of the mean gradient; of places that went apart, of the outer gradient. */
  readonly gradientNorm: number;
}

const numberOf = ({ facts = {} }: Receipt, name: string): number => Number(facts[name] ?? 0);

const contributionOf = (
  { place }: StepsWork | GradientWork,
  receipt: Receipt,
): RoundRecord["contributions"][number] => ({
  place,
  worker: receipt.worker,
  samples: numberOf(receipt, "samples"),
  loss: numberOf(receipt, "loss"),
  seconds: receipt.seconds,
});

const trafficOfReceipt = (receipt: Receipt): Traffic => ({
  up: numberOf(receipt, "up"),
  down: numberOf(receipt, "down"),
});

const normOf = ({ data }: NdArray): number => {
  let sum = 0;
  for (const value of data as Float32Array) sum += value ** 2;
  return Math.sqrt(sum);
};

/** Every place goes its own way from the same parameters; the outer optimiser steps towards their mean. */
export const apartRound = async (
  state: TogetherState,
  { round, from, to }: Round,
  options: RoundOptions,
): Promise<RoundResult> => {
  const { training, store, project, code, places, outer } = options;
  const { parameters } = state;
  const shared = {
    parameters: await putVectors(store, { parameters }),
    // Before the first round there is none.
    ...(from > 0 && {
      secondMoment: await putVectors(store, { secondMoment: state.secondMoment }, { rounded: ["secondMoment"] }),
    }),
  };
  const works = Array.from(
    { length: places },
    (_, place): StepsWork => ({
      kind: "steps",
      code,
      project,
      ...shared,
      round,
      place,
      places,
      from,
      steps: to - from,
    }),
  );
  const { arrived, missing } = await collectRound(works, options);
  const averages = [state.average, ...(state.otherAverages ?? [])];
  const names = ["change", "secondMoment", ...averages.map((_, k) => `average.${k}`)];
  const lists = new Map<string, Contribution[]>(names.map((name) => [name, []]));
  for (const { receipt } of arrived) {
    const vectors = await getVectors(store, receipt.content, names, training.layout.size);
    for (const name of names) lists.get(name)!.push({ vector: vectors[name]!, samples: numberOf(receipt, "samples") });
  }
  const meanOf = (name: string): NdArray => weighedMean(lists.get(name)!);
  const change = meanOf("change");
  const kept = training.keptOf(from, to);
  const [average, ...otherAverages] = averages.map((vector, k) =>
    roundAverage(vector, { places: meanOf(`average.${k}`), began: parameters, kept: kept[k]! }),
  ) as [NdArray, ...NdArray[]];
  return {
    state: {
      ...outerStep(state, change, outer),
      // That of the last ten steps: it is gathered anew.
      firstMoment: zeros([training.layout.size]),
      secondMoment: meanOf("secondMoment"),
      average,
      ...(otherAverages.length > 0 && { otherAverages }),
    },
    contributions: arrived.map(({ work, receipt }) => contributionOf(work, receipt)),
    missing,
    traffic: trafficOf(arrived.map(({ receipt }) => trafficOfReceipt(receipt))),
    gradientNorm: normOf(change),
  };
};

/** The sums of what a worker did at a place, one step after the other. */
const summed = (all: RoundRecord["contributions"]): RoundRecord["contributions"] => {
  const sums = new Map<string, RoundRecord["contributions"][number]>();
  for (const one of all) {
    const key = `${one.place} ${one.worker}`;
    const { samples, loss, seconds } = sums.get(key) ?? { samples: 0, loss: 0, seconds: 0 };
    const total = samples + one.samples;
    sums.set(key, {
      ...one,
      samples: total,
      loss: (loss * samples + one.loss * one.samples) / total,
      seconds: seconds + one.seconds,
    });
  }
  return [...sums.values()];
};

/** The places' gradients are averaged at every step: the step of one machine on the whole batch, up to rounding. */
export const togetherRound = async (
  begun: TogetherState,
  { from, to }: Round,
  options: RoundOptions,
): Promise<RoundResult> => {
  const { training, store, project, code, places } = options;
  const { momentum: _, ...rest } = begun;
  let state: TogetherState = rest;
  const contributions: RoundRecord["contributions"] = [];
  const missing: Missing<GradientWork>[] = [];
  const traffics: Traffic[] = [];
  let gradientNorm = 0;
  for (let step = from; step < to; step++) {
    const parameters = await putVectors(store, { parameters: state.parameters });
    const works = Array.from(
      { length: places },
      (_, place): GradientWork => ({ kind: "gradient", code, project, parameters, step, place, places }),
    );
    const found = await collectRound(works, options);
    const parts: Contribution[] = [];
    for (const { work, receipt } of found.arrived) {
      const { gradient } = await getVectors(store, receipt.content, ["gradient"], training.layout.size);
      parts.push({ vector: gradient, samples: numberOf(receipt, "samples") });
      contributions.push(contributionOf(work, receipt));
      traffics.push(trafficOfReceipt(receipt));
    }
    missing.push(...found.missing);
    const gradient = weighedMean(parts);
    gradientNorm = normOf(gradient);
    state = await training.update(state, gradient, step);
  }
  return { state, contributions: summed(contributions), missing, traffic: trafficOf(traffics), gradientNorm };
};
