/** What evaluations of all kinds of run take, give and say of themselves. */
import { basename, resolve } from "node:path";
import type { KindRecipe } from "@scorefield/core";
import type { MeasureProgress } from "@scorefield/domain";
import { grouped } from "../figure/grouped.ts";
import type { ReportHead } from "../report/quality-report.ts";
import type { DrawnRun } from "../run/load.ts";
import type { Output } from "./output.ts";
import { progress } from "./progress.ts";
import type { InputFormat } from "./standard-input.ts";

/** The options of the command. */
export interface EvaluateFlags {
  /** What to compare with, as people call it; default what was held out. */
  readonly data?: string | undefined;
  readonly dataFormat?: InputFormat;
  readonly missing?: "error" | "drop";
  readonly count?: number;
  /** A file of samples in place of new ones. */
  readonly samples?: string;
  readonly steps?: number;
  readonly sampler?: string;
  readonly seed: number;
  readonly checkpoint?: number;
  readonly averageWidth?: number;
  readonly extractor?: string;
  readonly inception?: boolean;
  readonly range?: readonly [number, number];
  readonly layout?: "channels-first" | "channels-last";
  readonly features?: string;
  readonly report?: string;
  readonly rules?: boolean;
  readonly json?: boolean;
}

/** Shows the progress of an assessment. What is measured next is shown only where nobody reads JSON. */
export const watchAssessment = (out: Output) => {
  let line: ReturnType<typeof progress> | undefined;
  const end = (): void => {
    line?.end();
    line = undefined;
  };
  return {
    end,
    onProgress: ({ of, part, done, total }: MeasureProgress): void => {
      if (of === "measuring") {
        end();
        if (!out.json) out.remark(`measuring: ${part}`);
      } else if (of === "classifier") {
        line ??= progress(part, total);
        line.update(done);
        if (done === total) end();
      }
    },
  };
};

const settings = ({ kind, ...rest }: KindRecipe): string =>
  [
    kind,
    ...Object.entries(rest)
      .filter(([, value]) => typeof value === "number" || typeof value === "string")
      .map(([name, value]) => `${name} ${value}`),
  ].join(", ");

/** The head of a report, and the same for programs. */
export const headOf = (
  run: DrawnRun,
  { seed, samples }: EvaluateFlags,
  drawn: {
    readonly sampler: KindRecipe;
    readonly seconds: number;
    readonly reference: string;
    readonly count: number;
    readonly extractor?: string | undefined;
  },
): ReportHead & { readonly result: Readonly<Record<string, unknown>> } => {
  const { sampler, seconds, reference, count, extractor } = drawn;
  const { record, step, average, path } = run;
  return {
    run: basename(resolve(path)),
    facts: [
      ["run", path],
      ["checkpoint", `${grouped(step)} steps${average ? `, average of width ${average.width}` : ""}`],
      ["network", record.model.network.kind],
      ["sampler", settings(sampler)],
      [
        "samples",
        samples ? `${grouped(count)} of ${samples}` : `${grouped(count)} in ${seconds.toFixed(1)} s, seed ${seed}`,
      ],
      ["compared with", reference],
      ...(extractor ? [["features", extractor] as const] : []),
      [
        "made by",
        Object.entries(record.versions)
          .map(([name, version]) => `${name} ${version}`)
          .join(", "),
      ],
    ],
    result: {
      checkpoint: step,
      average,
      sampler,
      seed,
      seconds,
      reference,
      ...(extractor && { extractor }),
    },
  };
};
