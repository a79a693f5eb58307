/** Workers as processes, to be killed and started again. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const bin = fileURLToPath(new URL("../../../scorefield/bin/scorefield.js", import.meta.url));

export interface Fleet {
  /** Kills a worker with SIGKILL and starts another in its place. */
  replace(place: number): void;
  /** The place of a worker that does work now, each in turn; undefined where none does. */
  busy(): number | undefined;
  /** Lines that all of them have printed as JSON. */
  events(): { readonly kind: string; readonly worker: string; readonly id?: string; readonly what?: string }[];
  /** Seconds of processor time of all of them, also of those that were killed. */
  seconds(): number;
  close(): Promise<void>;
}

/** Processor time of a process and of its children, in seconds: of Linux; 0 elsewhere. */
const secondsOf = (pid: number | undefined): number => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean);
    const own = (Number(fields[11]) + Number(fields[12])) / 100;
    return children.reduce((sum, child) => sum + secondsOf(Number(child)), own);
  } catch {
    return 0;
  }
};

/** @param args further options of `scorefield worker` */
export const startFleet = (count: number, args: readonly string[]): Fleet => {
  let printed = "";
  let spent = 0;
  let started = 0;
  const start = (place: number): ChildProcess => {
    const name = `worker-${place + 1}-${++started}`;
    names[place] = name;
    const child = spawn(process.execPath, [bin, "worker", "--json", "--name", name, ...args], {
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, SCOREFIELD_CACHE: "off" },
    });
    child.stdout!.on("data", (text) => (printed += text));
    return child;
  };
  const names: string[] = [];
  let turn = 0;
  const events: Fleet["events"] = () =>
    printed
      .split("\n")
      .filter((line) => line.endsWith("}"))
      .map((line) => JSON.parse(line));
  const workers = Array.from({ length: count }, (_, place) => start(place));
  return {
    replace: (place) => {
      const worker = workers[place]!;
      spent += secondsOf(worker.pid);
      worker.kill("SIGKILL");
      workers[place] = start(place);
    },
    busy: () => {
      const all = events();
      for (let k = 0; k < count; k++) {
        const place = turn++ % count;
        const own = all.filter(({ worker }) => worker === names[place]);
        // One that has done something: where workers take longer to start than they may live, nothing is ever done.
        if (own.at(-1)?.kind === "took" && own.some(({ kind }) => kind === "done")) return place;
      }
      return undefined;
    },
    events,
    seconds: () => workers.reduce((sum, { pid }) => sum + secondsOf(pid), spent),
    close: async () => {
      await Promise.all(
        workers.map(
          (worker) =>
            new Promise<void>((resolve) => {
              if (worker.exitCode !== null || worker.signalCode !== null) return resolve();
              worker.once("exit", () => resolve());
              worker.kill("SIGTERM");
            }),
        ),
      );
    },
  };
};
