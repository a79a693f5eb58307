/** A kind and its settings, as plain JSON: what a part is rebuilt from. */
export interface KindRecipe {
  readonly kind: string;
  readonly [option: string]: unknown;
}
