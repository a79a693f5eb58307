/** Which elements of a sample are known in training: masks of forecasts, of gaps and of channels. */
import { type NdArray, zeros } from "@scorefield/tensor";
import { quickDraws } from "../../random/quick-draws.ts";
import { uniform } from "../../random/uniform.ts";
import type { ObservedDraws } from "../mixed/draw-observed.ts";

/** Kinds of masks; one is drawn for each sample of which something is known. */
export const maskKinds = ["past", "points", "blocks", "channels"] as const;

/** What is known where: a value; that there is none in the data; or nothing. */
const flag = { known: 1, absent: -1, unknown: 0 } as const;

/** What is drawn. */
export interface KnownMasks {
  /** [channels, ...places]: places in row-major order are in the order of time. */
  readonly shape: readonly number[];
  /** How many of the last channels are covariates. */
  readonly covariates: number;
  readonly masks: readonly (typeof maskKinds)[number][];
}

/** Share of samples whose covariates are known where something else is, and where nothing else is. */
const covariatesKnown = { some: 0.9, nothing: 0.5 };

/** Marks the places of one channel, true where known. */
type Mask = (channel: number, place: number) => boolean;

const masksOf = {
  /** A forecast: all up to a place is known. */
  past: (draw, _, places) => {
    const cut = 1 + Math.floor(draw() * (places - 1));
    return (_, place) => place < cut;
  },
  /** Every point with one probability, itself uniform. */
  points: (draw) => {
    const share = draw();
    return () => draw() < share;
  },
  /** All but a block, in all channels or in some. */
  blocks: (draw, channels, places) => {
    const length = 1 + Math.floor(draw() * places * 0.75);
    const start = Math.floor(draw() * (places + length)) - length;
    const all = draw() < 0.5;
    const hidden = Array.from({ length: channels }, () => all || draw() < 0.5);
    return (channel, place) => !hidden[channel] || place < start || place >= start + length;
  },
  /** Whole channels. */
  channels: (draw, channels) => {
    const share = draw();
    const known = Array.from({ length: channels }, () => draw() < share);
    return (channel) => known[channel]!;
  },
} satisfies Record<(typeof maskKinds)[number], (draw: () => number, channels: number, places: number) => Mask>;

/**
 * Draws what is known of samples. With the probability `share` something is: then a mask of one of the kinds, each as likely,
 * says where. Which places are known never depends on their values. An element that is NaN is absent: it is neither known nor
 * learnt.
 * @param x clean samples, [n, ...shape]
 * @returns [n, 2 size]: the values, 0 where they are not known; then the flags, 1 known, -1 absent, 0 neither
 */
export const drawKnown = (
  { shape, covariates, masks }: KnownMasks,
  { data, shape: [n = 0] }: NdArray<"float32">,
  { seed, step, share }: ObservedDraws,
): NdArray<"float32"> => {
  const [all = 1, ...rest] = shape;
  const places = rest.reduce((product, side) => product * side, 1);
  const channels = all - covariates;
  const size = all * places;
  const observed = zeros([n, 2 * size]) as NdArray<"float32">;
  const { data: seeds } = uniform([n, 2], { seed, step, purpose: "observed", dtype: "float64" });
  for (let i = 0; i < n; i++) {
    const draw = quickDraws(seeds[2 * i + 1]! * 2 ** 32);
    const some = seeds[2 * i]! < share;
    const kind = masks[Math.floor(draw() * masks.length)]!;
    const mask: Mask = some ? masksOf[kind](draw, channels, places) : () => false;
    const beside = draw() < (some ? covariatesKnown.some : covariatesKnown.nothing);
    for (let channel = 0; channel < all; channel++)
      for (let place = 0; place < places; place++) {
        const at = channel * places + place;
        const value = data[i * size + at]!;
        const known = channel < channels ? mask(channel, place) : beside;
        const to = 2 * i * size + at;
        if (Number.isNaN(value)) observed.data[to + size] = flag.absent;
        else if (known) {
          observed.data[to] = value;
          observed.data[to + size] = flag.known;
        }
      }
  }
  return observed;
};
