/** What lowering may use for a runtime. */
export interface Target {
  /** Only operators of the standard ONNX domain. */
  readonly portable: boolean;
  /** Results that one operation may have: graphics processors bind few buffers at once. Left out, any number. */
  readonly mostOutputs?: number | undefined;
  /** Channels per block of the runtime's blocked convolution layout, if it has one and was asked for it. */
  readonly convolutionBlock?: number | undefined;
  /**
   * Whether the runtime computes in float16, or why it does not, if it was asked. Where it does not, float16 is computed in
   * float32 and rounded after every operation, which gives its values but none of its speed.
   */
  readonly float16?: true | string | undefined;
}

/** Results of one operation that every implementation of WebGPU takes: it binds at least 8 buffers to a program. */
export const mostOutputsOfWebGpu = 6;
