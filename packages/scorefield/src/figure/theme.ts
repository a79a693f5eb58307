/** The colours of figures, on light and on dark ground. */

/** The colours of every figure; readers with any colour vision can distinguish data and samples. */
export const palette = {
  ground: "#ffffff",
  ink: "#1d2733",
  muted: "#667180",
  rule: "#c9d0d8",
  data: "#2f6db3",
  sample: "#d4622a",
  /** From no density to the densest. */
  density: ["#ffffff", "#edf3fa", "#d8e6f3", "#bfd6eb", "#a3c4e2", "#86b0d8", "#699bcb"],
} as const;

/** Colours of curves, which readers with any colour vision can distinguish. */
export const curveColours = [palette.data, palette.sample, "#2d936c", "#8057a8", "#e2a33b", "#8b95a1"] as const;

/** Colours of areas that lie beside each other, pale enough for marks to be seen on them. */
export const areaColours = [
  "#8fb8de",
  "#f0b48c",
  "#9fd3b4",
  "#c9aede",
  "#f2d591",
  "#c5ccd4",
  "#e59ab5",
  "#a9c97b",
] as const;

/** What each colour becomes on dark ground; others stay as they are. */
const dark: Record<string, string> = {
  [palette.ground]: "#1a2027",
  [palette.ink]: "#e3e8ee",
  [palette.muted]: "#98a4b3",
  [palette.rule]: "#46515e",
  [palette.data]: "#6aa5e6",
  [palette.sample]: "#ec8a55",
  "#edf3fa": "#1e2a37",
  "#d8e6f3": "#233547",
  "#bfd6eb": "#294158",
  "#a3c4e2": "#2f4d6a",
  "#86b0d8": "#365a7d",
  "#699bcb": "#3e6891",
  "#2d936c": "#4fb98e",
  "#8057a8": "#b28ad8",
  "#8fb8de": "#2f5a85",
  "#f0b48c": "#8a5530",
  "#9fd3b4": "#346a4b",
  "#c9aede": "#63487c",
  "#f2d591": "#7d6527",
  "#c5ccd4": "#4d5763",
  "#e59ab5": "#85405b",
  "#a9c97b": "#55702f",
};

const channels = (colour: string): number[] => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

/** A colour that is so much of `to`, in [0, 1], and the rest of `from`. */
const mixed = (from: string, to: string, share: number): string => {
  const [a, b] = [channels(from), channels(to)];
  const parts = a.map((value, k) => Math.round(value + share * (b[k]! - value)));
  return `#${parts.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
};

const shades = 12;

/** Shades from the ground, for 0, to the colours of samples, for -1, and of data, for 1; in 12 steps each way. */
const diverging = [palette.sample, palette.data].map((end) =>
  Array.from({ length: shades + 1 }, (_, k) => {
    const light = mixed(palette.ground, end, k / shades);
    dark[light] = mixed(dark[palette.ground]!, dark[end]!, k / shades);
    return light;
  }),
);

/** The shade of a number in [-1, 1]. */
export const divergingColour = (value: number): string =>
  diverging[value < 0 ? 0 : 1]![Math.round(Math.min(1, Math.abs(value)) * shades)]!;

/**
 * Rules that give a figure its dark colours where the reader prefers them, for the colours that it has. Its attributes keep
 * the colours of light ground, for programs that know no such rules and for pictures in pixels.
 * @param svg an SVG document of class `figure`
 */
export const darkRules = (svg: string): string => {
  const rules = Object.entries(dark).flatMap(([light, colour]) =>
    ["fill", "stroke", "color"]
      .filter((name) => svg.includes(` ${name}="${light}"`))
      .map((name) => `:is(.figure,.figure *)[${name}="${light}"]{${name}:${colour}}`),
  );
  return `@media screen and (prefers-color-scheme:dark){${rules.join("")}}`;
};
