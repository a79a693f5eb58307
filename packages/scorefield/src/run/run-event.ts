/** What a run tells while it trains. */
import type { TrainEvent } from "@scorefield/core";

/** News of a run: those of training, and what was measured, saved and drawn. */
export interface RunEvent extends TrainEvent {
  /** The path of the checkpoint written at this step, if one was. */
  readonly saved?: string;
  /** The path of the picture of samples made at this step, if one was. */
  readonly preview?: string;
  /** Of a latent run, while its autoencoder is trained: steps, loss and share are of that. */
  readonly stage?: "codec";
}
