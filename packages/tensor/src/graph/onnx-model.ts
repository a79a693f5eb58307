/** A plain description of an ONNX model: what lowering produces and `onnx/encode.ts` writes as bytes. */
import type { ElementType, NdArray, Shape } from "../ndarray.ts";

/** A named, typed value at the border of a graph. */
export interface OnnxValue {
  readonly name: string;
  readonly dtype: ElementType;
  readonly shape: Shape;
}

/** An attribute with its ONNX kind spelled out, since 1 may be an integer or a float. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly tensor: NdArray }
  | { readonly graph: OnnxGraph };

export interface OnnxNode {
  readonly op: string;
  /** Operator set; the empty string is the standard one. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxGraph {
  readonly name: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly constants: readonly { readonly name: string; readonly value: NdArray<ElementType> }[];
  readonly nodes: readonly OnnxNode[];
}
