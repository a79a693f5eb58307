/** What lowering may use for a runtime. */
export interface Target {
  /** Only operators of the standard ONNX domain. */
  readonly portable: boolean;
  /** Channels per block of the runtime's blocked convolution layout, if it has one and was asked for it. */
  readonly convolutionBlock?: number | undefined;
  /**
   * Whether the runtime computes in float16, or why it does not, if it was asked. Where it does not, float16 is computed in
   * float32 and rounded after every operation, which gives its values but none of its speed.
   */
  readonly float16?: true | string | undefined;
}
