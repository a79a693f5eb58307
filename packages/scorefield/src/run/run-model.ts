/** The model of a run from its record and its parameters. No Node module is used here. */
import {
  type AnySampler,
  type DenoiserParts,
  type FlatLayout,
  flatLayout,
  type Network,
  networkFromRecipe,
  type Parameters,
  preconditioningFromRecipe,
  processFromRecipe,
  samplerFromRecipe,
  type TrainedFlowMap,
  type TrainedModel,
  trainedFlowMap,
  trainedModel,
} from "@scorefield/core";
import { builtInCodec, type Codec, type TableColumn } from "@scorefield/domain/codec";
import type { FloatType, NdArray } from "@scorefield/tensor";
import { type RunRecord, sampleShape } from "./record.ts";

/** What a run's record and parameters say, of whatever kind its model is. */
export interface RunContent {
  readonly record: RunRecord;
  /** Steps of training behind the parameters. */
  readonly step: number;
  /** Between the data's units and the model's. */
  readonly codec: Codec;
  /** Names of the columns of a table. */
  readonly columns?: readonly string[];
  /** What they hold, where that is known: texts of levels, for one. */
  readonly table?: readonly TableColumn[];
  /** Names of the classes of labelled images, in the order in which the model counts them. */
  readonly classes?: readonly string[];
  /** Samples [n, ...shape] of the model in the units of the data, float64; images clipped to [-1, 1]. The codec's `decode`. */
  toData(samples: NdArray<FloatType>): NdArray<"float64">;
}

/** The model of a run, and between which units it stands. */
export interface RunModel extends RunContent {
  /** With averaged parameters, in the model's own units. */
  readonly model: TrainedModel;
  /** The recipe's sampler, for `sample`. */
  readonly sampler: AnySampler;
}

/** The flow map of a run, and between which units it stands. */
export interface RunFlowMap extends RunContent {
  /** With averaged parameters, in the model's own units. */
  readonly map: TrainedFlowMap;
}

/** The layout of the parameters of a run's network. */
export const layoutOf = ({ model, training }: RunRecord, network: Network): FlatLayout =>
  flatLayout(network.initialise(model.shape, training?.recipe.seed ?? 0));

type ReadParameters = (layout: FlatLayout) => Promise<{ readonly step: number; readonly average: NdArray }>;

const contentOf = async (record: RunRecord, read: ReadParameters, codecOf: typeof builtInCodec) => {
  const codec = codecOf(record.scaling, sampleShape(record));
  const parts = {
    process: processFromRecipe(record.model.process),
    network: networkFromRecipe(record.model.network),
    preconditioning: preconditioningFromRecipe(record.model.preconditioning),
  };
  const layout = layoutOf(record, parts.network);
  const { step, average } = await read(layout);
  const content: RunContent = {
    record,
    step,
    codec,
    ...(record.columns && { columns: record.columns }),
    ...(record.table && { table: record.table }),
    ...(record.classes && { classes: record.classes }),
    toData: codec.decode,
  };
  return { content, parts, parameters: layout.unflatten(average) };
};

/**
 * Builds the score model that a record describes.
 * @param read the parameters to sample with, for the layout of the network's
 * @param codecOf makes the codec that the record keeps; default the codecs of the built-in domains
 * @throws RecipeError, ArgumentError for parts that are unknown; what `read` throws
 */
export const runModel = async (
  record: RunRecord,
  read: ReadParameters,
  codecOf: typeof builtInCodec = builtInCodec,
): Promise<RunModel> => {
  const { content, parts, parameters } = await contentOf(record, read, codecOf);
  return {
    ...content,
    model: trainedModel(parts, parameters, record.model.shape),
    sampler: samplerFromRecipe(record.sampler),
  };
};

/** The flow map of a network, as a record with `flowMap` keeps it. */
export const flowMapOf = (
  { process, network, preconditioning }: DenoiserParts,
  parameters: Parameters,
  { model, flowMap }: Pick<RunRecord, "model" | "flowMap">,
): TrainedFlowMap =>
  trainedFlowMap(
    { process, network, sigmaData: preconditioning.recipe.sigmaData as number, target: flowMap!.target },
    parameters,
    model.shape,
  );

/** Builds the flow map that a record describes. The arguments are those of {@link runModel}. @throws as it */
export const runFlowMap = async (
  record: RunRecord,
  read: ReadParameters,
  codecOf: typeof builtInCodec = builtInCodec,
): Promise<RunFlowMap> => {
  const { content, parts, parameters } = await contentOf(record, read, codecOf);
  return { ...content, map: flowMapOf(parts, parameters, record) };
};
