/** run.json: what a run is, enough to rebuild its model and to train it again. */
import type { FlowTarget, KindRecipe } from "@scorefield/core";
import type { KeptRules, StoredCodec, TableColumn } from "@scorefield/domain/codec";
import type { Recipe } from "../recipe/resolve.ts";

/** What a flow map is, and how it came about. */
export interface FlowMapRecord {
  /** Times that it goes to. */
  readonly target: FlowTarget;
  /** What its training minimised. */
  readonly objective: KindRecipe;
  /** The run whose parameters it started from: its folder, relative to this one, and the step of its checkpoint. */
  readonly start: { readonly run: string; readonly step: number };
  /** Whether that run's score model taught it the velocity. */
  readonly taught: boolean;
}

/** The content of run.json. */
export interface RunRecord {
  readonly format: "scorefield-run";
  readonly version: 1;
  /** When the run was begun, ISO 8601. */
  readonly created: string;
  /** Of Scorefield, Node and the machine's kind: what bitwise repetition depends on. */
  readonly versions: Readonly<Record<string, string>>;
  /** What rebuilds the model, with the parameters of a checkpoint. */
  readonly model: {
    /** Of one sample. */
    readonly shape: readonly number[];
    readonly process: KindRecipe;
    readonly network: KindRecipe;
    readonly preconditioning: KindRecipe;
  };
  /** Of a run whose model is a flow map and no score model. Its preconditioning keeps the deviation of the data. */
  readonly flowMap?: FlowMapRecord;
  /** Of a latent model: the shape of a sample in the units of the domain's codec, and the autoencoder. Its weights are in codec.safetensors. */
  readonly latent?: { readonly shape: readonly number[]; readonly autoencoder: KindRecipe };
  /** What sampling uses by default. */
  readonly sampler: KindRecipe;
  /** The kind of data; left out by older runs, whose data's recipe or scaling says it. */
  readonly domain?: string;
  /** Names of the columns of a table. */
  readonly columns?: readonly string[];
  /** What the columns of a table hold; left out by runs of numbers alone. */
  readonly table?: readonly TableColumn[];
  /** Names of the classes of labelled images. */
  readonly classes?: readonly string[];
  /** The codec: from the model's units to the data's. */
  readonly scaling: StoredCodec;
  /** Rules that samples are moved to keep after they are drawn; left out where there are none. */
  readonly rules?: KeptRules;
  /** The step of the checkpoint, for a model that `saveRun` kept. */
  readonly step?: number;
  /** How it was trained, for a run that `scorefield train` began. The data's path is relative to the run's folder. */
  readonly training?: {
    readonly recipe: Recipe;
    readonly rows: { readonly training: number; readonly heldOut: number };
    readonly sha256: string;
  };
}

/** Shape of a sample in the units of the domain's codec: of a latent run what its latents stand for. */
export const sampleShape = ({ model, latent }: Pick<RunRecord, "model" | "latent">): readonly number[] =>
  latent?.shape ?? model.shape;
