/** The types that follow from settings: what a caller gives, what a part is made from, and what a recipe says. */
import type { NdArray, Nested } from "@scorefield/tensor";
import type { HasRecipe, PartList, Presence, Setting, Settings } from "./part.ts";

/** What a setting holds. */
export type ValueOf<S> = S extends Setting<infer V> ? V : never;

/** What stands for a setting in a recipe. */
export type JsonOf<S> = S extends Setting<unknown, Presence, infer J> ? J : never;

/** An array as a caller gives it. */
export type ArrayGiven = NdArray | readonly Nested[];

/** What is read from what a caller gives: of an array in any form, the array. */
type Read<V> = [V, ArrayGiven] extends [ArrayGiven, V] ? NdArray<"float64"> : V;

/** What a part is made from: a value for every setting. Undefined where a setting without a default was left out. */
export type Values<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends Setting<infer V, infer P>
    ? P extends "otherwise"
      ? Read<V> | undefined
      : Read<V>
    : never;
};

type RequiredNames<S extends Settings> = {
  [K in keyof S]: S[K] extends Setting<unknown, infer P> ? ("required" extends P ? K : never) : never;
}[keyof S];

/** What a caller gives: all that is not required may be left out. `Except` names settings that are given otherwise. */
export type OptionsOf<S extends Settings, Except = never> = {
  readonly [K in keyof S as K extends RequiredNames<S> | Except ? never : K]?: ValueOf<S[K]> | undefined;
} & { readonly [K in keyof S as K extends Exclude<RequiredNames<S>, Except> ? K : never]: ValueOf<S[K]> };

/** What a recipe says of settings: all that is not required may be left out. */
type JsonGiven<S extends Settings, Except = never> = {
  readonly [K in keyof S as K extends RequiredNames<S> | Except ? never : K]?: JsonOf<S[K]> | undefined;
} & { readonly [K in keyof S as K extends Exclude<RequiredNames<S>, Except> ? K : never]: JsonOf<S[K]> };

type KeyOfAny<U> = U extends unknown ? keyof U : never;
type ValueOfAny<U, K> = U extends unknown ? (K extends keyof U ? U[K] : never) : never;

/** A part named by its kind, and its settings beside others. */
type Beside<Name extends string, Inner> = { readonly [N in Name]?: ValueOfAny<Inner, "kind"> } & {
  readonly [N in Exclude<KeyOfAny<Inner>, "kind">]?: ValueOfAny<Inner, N>;
};

/** What a recipe may say of a part, by its maker: its kind, and its settings, where all but required ones may be left out. */
export type RecipeOfMaker<M> = M extends {
  readonly declaration: {
    readonly kind: infer K;
    readonly settings: infer S extends Settings;
    readonly beside?: infer B extends string;
  };
}
  ? { readonly kind: K } & JsonGiven<S, B> & ([B] extends [never] ? unknown : Beside<B, JsonOf<S[B]>>)
  : never;

/** What a recipe may say of a part of a list. */
export type RecipeOfList<P> = P extends PartList<HasRecipe, infer M> ? RecipeOfMaker<M> : never;

/** The values of an object of settings. */
export type FieldValues<F extends Settings> = { readonly [K in keyof F]: ValueOf<F[K]> };
