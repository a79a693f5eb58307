/** What the measures of a table say, in words that need no statistics: a question, an answer, and why. */
import type { Measure } from "@scorefield/assess";
import type { ColumnSections, SampleQuality } from "@scorefield/domain";
import { hasColumns } from "./comparison.ts";
import { shortNumber } from "./number-text.ts";

/** An answer to a question that people have about synthetic rows. */
export interface Verdict {
  readonly question: string;
  readonly answer: string;
  /** How good that is; `unknown` where it was not measured. */
  readonly mark: "good" | "fair" | "bad" | "unknown";
  /** Why, and what to do about it. */
  readonly words: string;
}

type Quality = SampleQuality & ColumnSections;
type Mark = Verdict["mark"];

const named = ({ measures }: Quality, name: string): Measure | undefined =>
  measures.find((measure) => measure.name === name);
const numberOf = (interval: Measure["real"]): number | undefined => interval?.value ?? undefined;
const hundred = (share: number): string => `${Math.round(100 * share)} of 100 cases`;
/** Two digits are as many as these numbers have. */
const short = (value: number): string => shortNumber(Number(value.toPrecision(2)));
const percent = (share: number): string => `${short(100 * share)} %`;

/** What chance alone may add to a number that is about `chance` for real rows. */
const byChance = (chance: number): number => 1.5 * chance + 0.005;

/** The last of some limits that a value keeps, as a mark and an answer. */
const graded = (value: number, limits: readonly (readonly [number, string, Mark])[]): readonly [string, Mark] => {
  const found = limits.find(([limit]) => value <= limit);
  return found ? [found[1], found[2]] : ["no", "bad"];
};

const distanceOf = ({ kolmogorovSmirnov, totalVariation }: Quality["samples"]["columns"][number]): number =>
  kolmogorovSmirnov ?? totalVariation ?? 0;

const columnVerdict = (quality: Quality): Verdict => {
  const question = "Do columns look right?";
  const measure = named(quality, "columns one by one");
  const value = numberOf(measure?.samples);
  if (value === undefined) return { question, answer: "not measured", mark: "unknown", words: "Too few rows." };
  const chance = numberOf(measure?.real) ?? 0.01;
  const [answer, mark] = graded(value, [
    [byChance(chance), "yes", "good"],
    [Math.max(0.05, 3 * chance), "nearly", "fair"],
  ]);
  const order = [...quality.columns.keys()].sort(
    (a, b) => distanceOf(quality.samples.columns[b]!) - distanceOf(quality.samples.columns[a]!),
  );
  const worst = order[0]!;
  return {
    question,
    answer,
    mark,
    words:
      `The distribution of a column is ${short(value)} away from the real one on average (0: equal, 1: nothing in common); ` +
      `between real rows and real rows chance makes ${short(chance)}.` +
      (mark === "good"
        ? ""
        : ` Farthest away: ${quality.columns[worst]} (${short(distanceOf(quality.samples.columns[worst]!))}).`),
  };
};

const relationVerdict = (quality: Quality): Verdict => {
  const question = "Do relations between columns hold?";
  const measure = named(quality, "pair associations");
  const value = numberOf(measure?.samples);
  if (value === undefined)
    return { question, answer: "not measured", mark: "unknown", words: "Too few rows, or one column alone." };
  const chance = numberOf(measure?.real) ?? 0;
  const shuffled = numberOf(measure?.control);
  const scale = shuffled === undefined ? 0.2 : Math.max(0, shuffled - chance);
  const missing = named(quality, "missing cells");
  const lacks = numberOf(missing?.samples);
  const gaps = numberOf(missing?.real) ?? 0;
  const gapsWrong = lacks !== undefined && lacks > byChance(gaps);
  const [answer, mark] = graded(value, [
    ...(gapsWrong ? [] : [[byChance(chance), "yes", "good"] as const]),
    [Math.max(byChance(chance), chance + 0.2 * scale), "nearly", "fair"],
    [chance + 0.5 * scale, "in part", "bad"],
  ]);
  const pair = quality.associations?.pairs[0];
  return {
    question,
    answer,
    mark,
    words:
      `How strongly two columns go together is wrong by ${short(value)} on average over all pairs; chance makes ${short(chance)}` +
      `${shuffled === undefined ? "" : `, columns shuffled separately ${short(shuffled)}`}.` +
      (mark === "good" || !pair
        ? ""
        : ` Most wrong: ${pair.a} and ${pair.b} (${pair.kind} ${short(pair.samples)} in samples, ${short(pair.real)} in real rows).`) +
      (shuffled !== undefined && shuffled <= byChance(chance)
        ? " But in this table pairs of columns have hardly anything to do with each other, so there was nothing to get wrong."
        : "") +
      (gapsWrong
        ? ` Cells are not missing together as in real rows: ${percent(lacks)} of rows lack other columns than they should (chance ${percent(gaps)}).`
        : ""),
  };
};

const rowVerdict = (quality: Quality): Verdict => {
  const question = "Do whole rows look right?";
  const measure = named(quality, "two-sample test");
  const value = numberOf(measure?.samples);
  if (value === undefined) return { question, answer: "not measured", mark: "unknown", words: "Too few rows." };
  const [answer, mark] = graded(value, [
    [Math.max(0.55, measure?.real?.high ?? 0), "yes", "good"],
    [0.65, "nearly", "fair"],
    [0.8, "in part", "bad"],
  ]);
  const real = numberOf(measure?.real);
  const shuffled = numberOf(measure?.control);
  return {
    question,
    answer,
    mark,
    words:
      `A classifier that may look at everything tells samples from real rows in ${hundred(value)} (50: it cannot, 100: always)` +
      `${real === undefined ? "" : `; real rows from other real rows in ${Math.round(100 * real)}`}` +
      `${shuffled === undefined ? "" : `, rows of shuffled columns in ${Math.round(100 * shuffled)}`}.` +
      (mark === "good" ? "" : " More training rows, more steps or a wider network may help."),
  };
};

const useVerdict = (quality: Quality): Verdict => {
  const question = "Is it useful in place of real rows?";
  const measure = quality.measures.find(({ name }) => name.startsWith("usefulness"));
  const { target = "", figure } = quality.usefulness ?? {};
  const [value, real] = [numberOf(measure?.samples), numberOf(measure?.real)];
  if (value === undefined || real === undefined)
    return {
      question,
      answer: "not measured",
      mark: "unknown",
      words: "There is no column to predict from the others, or the training rows are not known.",
    };
  const nothing = figure === "AUC" ? 0.5 : 0;
  const floor = Math.max(nothing, numberOf(measure?.control) ?? nothing);
  const numbers = `${figure}, 1 is perfect and ${nothing} a guess: learnt from samples ${short(value)}, from as many real rows ${short(real)}, from shuffled columns ${short(floor)}.`;
  if (real - floor < 0.05)
    return {
      question,
      answer: "cannot be said",
      mark: "unknown",
      words: `Even real rows hardly allow to predict ${target} from the other columns (${numbers.slice(0, -1)}).`,
    };
  const lost = (real - value) / (real - floor);
  const [answer, mark] = graded(lost, [
    [Math.max(0.03, (real - (measure?.real?.low ?? real)) / (real - floor)), "yes", "good"],
    [0.15, "nearly", "fair"],
    [0.5, "in part", "bad"],
  ]);
  return {
    question,
    answer,
    mark,
    words:
      `A model that predicts ${target} from the other columns was tested on unseen real rows (${numbers.slice(0, -1)}). ` +
      `Learning from samples loses ${percent(Math.max(0, lost))} of what there is to learn` +
      (mark === "good" && lost > 0.03 ? ", which chance makes too with so few rows to test on." : "."),
  };
};

/** What an attack on the losses finds: the rate, and where only the area is above chance, the area. */
const membershipWords = ({
  truePositiveRate,
  falsePositiveRate,
  chance,
  areaUnderCurve,
  areaChance,
  remembers,
}: NonNullable<Quality["membership"]>): string => {
  const rate =
    `Whoever has the model and guesses by its losses finds ${percent(truePositiveRate.value)} of the training rows, and wrongly takes ${percent(falsePositiveRate)} of others for such; ` +
    `without knowing anything it would be ${percent(chance.low)} to ${percent(chance.high)}`;
  if (!remembers) return `${rate}.`;
  if (truePositiveRate.value === null || truePositiveRate.value > chance.high)
    return `${rate}: the model remembers rows.`;
  return (
    `${rate}. But of a training row and another one it takes the right one for the training row in ${hundred(areaUnderCurve.value ?? 0.5)} ` +
    `(${Math.round(100 * areaChance.low)} to ${Math.round(100 * areaChance.high)} by chance): the model remembers a little of its rows.`
  );
};

const copyVerdict = (quality: Quality): Verdict => {
  const question = "Is it a copy of the training rows?";
  const nearer = named(quality, "nearer to training")?.samples;
  const exact = named(quality, "exact copies");
  const { membership } = quality;
  if (nearer?.value === undefined || nearer.value === null)
    return { question, answer: "not measured", mark: "unknown", words: "The training rows are not known." };
  const copies = (numberOf(exact?.samples) ?? 0) > Math.max(0.005, 2 * (exact?.real?.high ?? 0));
  const close = (nearer.low ?? 0) > 0.6;
  const lean = (nearer.low ?? 0) > 0.53;
  const remembers = membership?.remembers ?? false;
  const [answer, mark]: readonly [string, Mark] =
    copies || close ? ["yes", "bad"] : lean || remembers ? ["there are signs", "fair"] : ["no sign of it", "good"];
  const words = [
    `A sample is nearer to a training row than an unseen real row is in ${hundred(nearer.value)} (50: as new as real rows, 100: copies).`,
    ...(exact
      ? [
          `Exact copies: ${percent(numberOf(exact.samples) ?? 0)} of samples, ${percent(numberOf(exact.real) ?? 0)} of unseen real rows.`,
        ]
      : []),
    ...(membership ? [membershipWords(membership)] : []),
    mark === "good"
      ? "This is evidence and no guarantee."
      : "Do not share samples or model as if they were anonymous. Fewer steps, a smaller network or more rows help.",
  ];
  return { question, answer, mark, words: words.join(" ") };
};

/** The answers that a table's measures give; none for other data. */
export const verdicts = (quality: SampleQuality): readonly Verdict[] =>
  hasColumns(quality) && quality.measures.length > 0
    ? [columnVerdict, relationVerdict, rowVerdict, useVerdict, copyVerdict].map((of) => of(quality))
    : [];

/** With fewer rows chance hides all but gross errors. */
const fewRows = 300;

/** What to know before reading the verdicts: that there were few rows to compare with. */
export const verdictRemark = ({ count }: Pick<SampleQuality, "count">): string | undefined =>
  count < fewRows
    ? `Only ${count} rows of each set could be compared, so that chance is large: gross errors show, small ones do not.`
    : undefined;
