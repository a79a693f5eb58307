/** How files of checkpoints are named, and what format they state. */

/** The format that a checkpoint's metadata names. */
export const checkpointFormat = "scorefield-checkpoint-1";

/** The name of the file of a step. */
export const checkpointName = (step: number): string => `step-${`${step}`.padStart(8, "0")}.safetensors`;

const pattern = /^step-(\d+)\.safetensors$/;

/** The step of a file's name; undefined where it is no checkpoint's. */
export const stepOfName = (name: string): number | undefined => {
  const step = pattern.exec(name)?.[1];
  return step === undefined ? undefined : Number(step);
};
