/** Where the files of a run are for a page: behind a URL, or among files that the user chose. */
import { CheckpointError, RunError } from "../errors.ts";
import { checkpointName, stepOfName } from "../run/checkpoint-name.ts";

/** A file that the user chose in a page; every `File` is one. */
export interface RunFile {
  readonly name: string;
  /** The path within the folder that was chosen, if one was. */
  readonly webkitRelativePath?: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** The URL of a run's folder, or its files (a `FileList` or an array): run.json and at least one checkpoint. */
export type RunSource = string | URL | Iterable<RunFile>;

/** The files of one run. */
export interface RunFiles {
  /** What names the run in errors. */
  readonly name: string;
  /** run.json. @throws RunError when it is not there */
  record(): Promise<string>;
  /** The last step of which there is a checkpoint, as far as it can be known. @throws RunError when it cannot */
  lastStep(): Promise<number>;
  /** The bytes of the checkpoint of a step. @throws CheckpointError when it is not there */
  checkpoint(step: number): Promise<Uint8Array>;
}

const folderUrl = (source: string | URL): URL => {
  try {
    const url = new URL(source, globalThis.location?.href);
    if (!url.pathname.endsWith("/")) url.pathname += "/";
    return url;
  } catch (cause) {
    throw new RunError(`${source}: expected the URL of a run's folder, found none`, { cause });
  }
};

/** A response, or why there is no response. */
const get = async (url: URL): Promise<Response | string> => {
  try {
    const response = await fetch(url);
    return response.ok ? response : `${response.status} ${response.statusText}`.trim();
  } catch (error) {
    return (error as Error).message;
  }
};

/** The step of the last whole line of metrics.jsonl, which training ends with when it saves its last checkpoint. */
const lastOf = (metrics: string): number | undefined => {
  for (const line of metrics.trimEnd().split("\n").reverse().slice(0, 2))
    try {
      const { step } = JSON.parse(line);
      if (Number.isInteger(step)) return step;
    } catch {}
  return undefined;
};

const remote = (source: string | URL): RunFiles => {
  const folder = folderUrl(source);
  return {
    name: folder.href,
    record: async () => {
      const response = await get(new URL("run.json", folder));
      if (typeof response !== "string") return response.text();
      throw new RunError(`${folder}: expected the folder of a run, found no run.json there (${response})`);
    },
    lastStep: async () => {
      const response = await get(new URL("metrics.jsonl", folder));
      const step = typeof response === "string" ? undefined : lastOf(await response.text());
      if (step !== undefined) return step;
      throw new RunError(
        `${folder}: expected metrics.jsonl, whose last line names the last checkpoint, found none; ` +
          "name the step with the option checkpoint",
      );
    },
    checkpoint: async (step) => {
      const url = new URL(`checkpoints/${checkpointName(step)}`, folder);
      const response = await get(url);
      if (typeof response !== "string") return new Uint8Array(await response.arrayBuffer());
      throw new CheckpointError(
        `${url}: expected the checkpoint of step ${step}, found none (${response}); ` +
          "name another step with the option checkpoint",
      );
    },
  };
};

const chosen = (files: readonly RunFile[]): RunFiles => {
  const pathOf = (file: RunFile): string => file.webkitRelativePath || file.name;
  const records = files.filter(({ name }) => name === "run.json");
  const steps = new Map(
    files.flatMap((file) => {
      const step = stepOfName(file.name);
      return step === undefined ? [] : [[step, file] as const];
    }),
  );
  const listed = [...steps.keys()].sort((a, b) => a - b);
  const [record] = records;
  if (!record || records.length > 1)
    throw new RunError(
      `expected the files of one run, found ${records.length > 1 ? `${records.map(pathOf).join(" and ")}` : "no run.json"} ` +
        `among ${files.length} files; choose the folder of a run, or its run.json and a checkpoint`,
    );
  const name = pathOf(record).replace(/\/?run\.json$/, "") || "run";
  return {
    name,
    record: async () => new TextDecoder().decode(await record.arrayBuffer()),
    lastStep: async () => {
      const last = listed.at(-1);
      if (last !== undefined) return last;
      throw new RunError(`${name}: expected a checkpoint, step-….safetensors, among the files, found none`);
    },
    checkpoint: async (step) => {
      const file = steps.get(step);
      if (file) return new Uint8Array(await file.arrayBuffer());
      throw new CheckpointError(
        `${name}: expected the checkpoint of step ${step}, found ${listed.length > 0 ? `checkpoints of steps ${listed.join(", ")}` : "none"}`,
      );
    },
  };
};

/** The files that a source stands for. @throws RunError for what is no source */
export const runFiles = (source: RunSource): RunFiles => {
  if (typeof source === "string" || source instanceof URL) return remote(source);
  if (typeof source !== "object" || source === null || !(Symbol.iterator in source))
    throw new RunError(`expected the URL of a run's folder, or its files, found ${typeof source}`);
  return chosen([...source]);
};
