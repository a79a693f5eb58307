/** All commands, in the order of the help. Each is loaded when it is called: all of them are 1,500 files, which take a second. */
import type { Command } from "commander";

/** A command that is not loaded yet. */
export interface ListedCommand {
  readonly name: string;
  /** Its arguments, as the help lists them. */
  readonly takes?: readonly string[];
  /** What the list of commands says of it. */
  readonly summary: string;
  /** Whether it never computes, so that it needs no runtime. */
  readonly light?: true;
  /** @returns what adds it to a program */
  readonly load: () => Promise<(program: Command) => void>;
}

const explains = (sort: string): string => `list every ${sort}, or explain the settings of one`;

export const listedCommands: readonly ListedCommand[] = [
  {
    name: "demo",
    summary: "watch a model learn a two-dimensional set",
    load: async () => (await import("./demo.ts")).addDemo,
  },
  {
    name: "train",
    takes: ["<source>"],
    summary: "train a score model on a table, images or sounds, or as a recipe says",
    load: async () => (await import("./train.ts")).addTrain,
  },
  {
    name: "columns",
    takes: ["<source>"],
    summary: "list the columns of a table as training would take them",
    load: async () => (await import("./columns.ts")).addColumns,
  },
  {
    name: "discover",
    takes: ["<source>"],
    summary: "find what causes what among the columns of a table",
    load: async () => (await import("./discover.ts")).addDiscover,
  },
  {
    name: "distil",
    takes: ["<run>"],
    summary: "make a model that draws in one to four steps of a trained run",
    load: async () => (await import("./distil.ts")).addDistil,
  },
  {
    name: "sample",
    takes: ["<run>"],
    summary: "draw new rows, images or sounds from a run",
    load: async () => {
      const [{ addSample, runSample }, { orOverQueue }] = await Promise.all([
        import("./sample.ts"),
        import("./queued.ts"),
      ]);
      return orOverQueue("sample", addSample, runSample);
    },
  },
  {
    name: "export",
    takes: ["<run>"],
    summary: "write a run and its steps as one ONNX file",
    load: async () => (await import("./export.ts")).addExport,
  },
  {
    name: "forecast",
    takes: ["<run>"],
    summary: "draw what follows a series, with quantiles",
    load: async () => (await import("./forecast.ts")).addForecast,
  },
  {
    name: "impute",
    takes: ["<run>"],
    summary: "fill the missing cells of a table, or the gaps of series",
    load: async () => (await import("./impute.ts")).addImpute,
  },
  {
    name: "restore",
    takes: ["<run>"],
    summary: "say what was measured, out of an incomplete or noisy measurement",
    load: async () => {
      const [{ addRestore, runRestore }, { orOverQueue }] = await Promise.all([
        import("./restore.ts"),
        import("./queued.ts"),
      ]);
      return orOverQueue("restore", addRestore, runRestore);
    },
  },
  {
    name: "calibrate",
    takes: ["<run>"],
    summary: "see whether the uncertainty of restored samples is right",
    load: async () => (await import("./calibrate.ts")).addCalibrate,
  },
  {
    name: "show",
    takes: ["<run>"],
    summary: "see what a run is, its progress and its loss curve",
    load: async () => (await import("./show.ts")).addShow,
  },
  {
    name: "evaluate",
    takes: ["<run>"],
    summary: "compare samples of a run with data it has not seen",
    load: async () => (await import("./evaluate.ts")).addEvaluate,
  },
  {
    name: "inspect",
    takes: ["<run>"],
    summary: "look at the score of a run as a field, in a report",
    load: async () => (await import("./inspect.ts")).addInspect,
  },
  {
    name: "likelihood",
    takes: ["<run>"],
    summary: "log-densities of rows, or bits per dimension of images, under a run",
    load: async () => {
      const [{ addLikelihood, runLikelihood }, { orOverQueue }] = await Promise.all([
        import("./likelihood.ts"),
        import("./queued.ts"),
      ]);
      return orOverQueue("likelihood", addLikelihood, runLikelihood);
    },
  },
  {
    name: "anomaly",
    takes: ["<run>"],
    summary: "score rows by how unlike the training rows they are",
    load: async () => {
      const [{ addAnomaly, runAnomaly }, { orOverQueue }] = await Promise.all([
        import("./anomaly.ts"),
        import("./queued.ts"),
      ]);
      return orOverQueue("anomaly", addAnomaly, runAnomaly);
    },
  },
  {
    name: "gather",
    takes: ["<parts...>"],
    summary: "put the parts of --shard together",
    light: true,
    load: async () => (await import("./gather.ts")).addGather,
  },
  {
    name: "worker",
    summary: "do work of a queue, for commands with --queue on any machine",
    light: true,
    load: async () => (await import("./worker.ts")).addWorker,
  },
  {
    name: "jobs",
    takes: ["<action>", "[ids...]"],
    summary: "list, watch, cancel or retry the work of a queue",
    light: true,
    load: async () => (await import("./jobs.ts")).addJobs,
  },
  {
    name: "samplers",
    takes: ["[sampler]"],
    summary: explains("sampler"),
    light: true,
    load: async () => (await import("./samplers.ts")).addSamplers,
  },
  {
    name: "metrics",
    takes: ["[metric]"],
    summary: explains("metric"),
    light: true,
    load: async () => (await import("./metrics.ts")).addMetrics,
  },
  {
    name: "operators",
    takes: ["[operator]"],
    summary: explains("operator"),
    light: true,
    load: async () => (await import("./operators.ts")).addOperators,
  },
  {
    name: "noises",
    takes: ["[noise]"],
    summary: explains("noise"),
    light: true,
    load: async () => (await import("./noises.ts")).addNoises,
  },
  {
    name: "posteriors",
    takes: ["[posterior method]"],
    summary: explains("posterior method"),
    light: true,
    load: async () => (await import("./posteriors.ts")).addPosteriors,
  },
  {
    name: "schema",
    summary: "print the JSON Schema of a recipe, for editors",
    light: true,
    load: async () => (await import("./schema.ts")).addSchema,
  },
  {
    name: "summary",
    takes: ["<network>"],
    summary: "list the parts of a network, with what they cost",
    load: async () => (await import("./summary.ts")).addSummary,
  },
  {
    name: "verify",
    takes: ["[group]"],
    summary: "check processes, samplers, likelihoods and posteriors against closed-form truths",
    load: async () => (await import("./verify.ts")).addVerify,
  },
];
