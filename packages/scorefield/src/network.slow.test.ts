/** No data leave the machine: no command and no program looks up a name, opens a connection or leaves a device's id. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listedCommands } from "./command/listed-commands.ts";
import type { Seen, Watch } from "./testing/watched-network.ts";

const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const watcher = fileURLToPath(new URL("testing/watched-network.ts", import.meta.url));
const bin = fileURLToPath(new URL("../bin/scorefield.js", import.meta.url));

// A separate network in which every address is this machine, with its own files that say who resolves names.
const isolation = ["--net", "--mount", ...(process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"])];
const setUp = `set -e
  ip link set lo up
  ip route add local default dev lo
  mount --bind "$1/resolv.conf" /etc/resolv.conf
  if [ -e /etc/nsswitch.conf ]; then mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf; fi
  shift
  exec "$@"`;

// ONNX Runtime is silent where it takes itself to be tested.
const silencing =
  "CI TF_BUILD GITHUB_ACTIONS GITLAB_CI CIRCLECI TRAVIS JENKINS_URL CODEBUILD_BUILD_ID BUILDKITE TEAMCITY_VERSION APPVEYOR BITBUCKET_BUILD_NUMBER SYSTEM_TEAMFOUNDATIONCOLLECTIONURI ORT_RUNNING_UNIT_TESTS ORT_DISABLE_TELEMETRY XDG_CACHE_HOME SCOREFIELD_CACHE NODE_OPTIONS".split(
    " ",
  );
const environment = (more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !silencing.includes(name))),
  ...more,
});

let folder: string;
const prepare = async (): Promise<void> => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-network-"));
  await writeFile(join(folder, "resolv.conf"), "nameserver 127.0.0.1\n");
  await writeFile(join(folder, "nsswitch.conf"), "hosts: files dns\n");
};
await prepare();
afterAll(() => rm(folder, { recursive: true, force: true }));

const isolated = (...command: string[]): string[] => [...isolation, "sh", "-c", setUp, "sh", folder, ...command];
const refusal =
  process.platform === "linux"
    ? spawnSync("unshare", isolated("true"), { encoding: "utf8" })
    : { status: 1, stderr: "" };
const possible = refusal.status === 0;

/** What programs did, one after another, as {@link Watch} has them run. */
const watch = async (options: Omit<Watch, "folder">, more?: Readonly<Record<string, string>>): Promise<Seen[]> => {
  const own = await mkdtemp(join(folder, "watch-"));
  const args = ["--import", tsx, watcher, JSON.stringify({ folder: own, ...options })];
  const child = spawn("unshare", isolated(process.execPath, ...args), { env: environment(more) });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (text) => (stdout += text));
  child.stderr.on("data", (text) => (stderr += text));
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(code, stderr).toBe(0);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
};

const module = (code: string): string[] => ["--input-type=module", "-e", code];
const at = (path: string): string => JSON.stringify(new URL(`../dist/${path}`, import.meta.url).href);
const nothing = { queries: [], connections: [], opened: 0, sent: 0, files: [] };

// Reports are sent about ten seconds after the library starts, so programs live on for longer.
const aWhile = 40_000;
const waiting = `await new Promise((resolve) => setTimeout(resolve, ${aWhile}));`;

describe
  .skipIf(!possible)
  .concurrent(
    `the network${possible ? "" : `: skipped, it needs Linux, unshare, ip, and root or user namespaces ${refusal.stderr}`}`,
    () => {
      beforeAll(() => {
        if (!existsSync(fileURLToPath(new URL("../dist/cli.js", import.meta.url))))
          throw new Error("the command is not built: run npm run build first");
      });

      test("is where ONNX Runtime alone reports its use, which this test sees", async () => {
        const tensor = new URL("../../tensor/", import.meta.url);
        const code = `
      import { createRequire } from "node:module";
      const { InferenceSession } = createRequire(${JSON.stringify(tensor.href)})("onnxruntime-node");
      const { toOnnx } = await import(${JSON.stringify(new URL("dist/index.js", tensor).href)});
      await InferenceSession.create(toOnnx((x) => x.multiply(x), [{ shape: [2] }]));
      ${waiting}`;
        const [seen] = await watch({ programs: [module(code)], untilQuery: true });
        expect(new Set(seen!.queries)).toEqual(new Set(["mobile.events.data.microsoft.com"]));
        expect(seen!.connections).toContain(443);
        expect(seen!.opened).toBeGreaterThan(0);
        expect(seen!.sent).toBeGreaterThan(0);
        expect(seen!.files.join()).toMatch(/deviceid/);
        expect(seen!.files.join()).toMatch(/mat-debug-\d+\.log/);
      });

      test("is left alone by every command", async () => {
        const small = ["--set", "network.width=16", "--set", "network.depth=2", "--batch", "32", "--steps", "60"];
        const ofDenoising = ["scaling=standard", "preconditioning=edm", "objective=denoising", "network.observed=0"];
        const edmSettings = ofDenoising.flatMap((setting) => ["--set", setting]);
        const commands: readonly (readonly string[])[] = [
          ["--help"],
          ["demo", "--steps", "60", "--out", "demo"],
          ["columns", "table.csv"],
          ["train", "table.csv", "--out", "run", ...small],
          ["train", "table.csv", "--out", "plain", "--set", "scaling=standard", ...small],
          ["sample", "run", "--count", "20", "--out", "drawn.csv"],
          ["impute", "run", "--data", "table.csv", "--out", "filled.csv"],
          ["train", "table.csv", "--time", "row", "--length", "4", "--out", "series", "--steps", "4", "--batch", "8"],
          ["forecast", "series", "--horizon", "2", "--draws", "2", "--steps", "2", "--out", "next.csv"],
          [
            "restore",
            "plain",
            "--measurement",
            "seen.csv",
            "--index",
            "0",
            "--noise",
            "gaussian:0.1",
            "--draws",
            "2",
            "--out",
            "restored",
          ],
          [
            "calibrate",
            "plain",
            "--operator",
            "identity",
            "--noise",
            "gaussian:0.5",
            "--problems",
            "50",
            "--draws",
            "9",
            "--method",
            "mmps:steps=3",
          ],
          ["train", "table.csv", "--out", "edm", ...edmSettings, ...small],
          ["distil", "edm", "--steps", "5", "--out", "fast"],
          ["export", "fast", "--steps", "1", "--out", "fast.onnx"],
          ["discover", "table.csv", "--out", "network.html"],
          ["evaluate", "run"],
          ["inspect", "run", "--only", "plane"],
          ["likelihood", "run", "--data", "table.csv"],
          ["anomaly", "run", "--data", "table.csv", "--steps", "20"],
          ["sample", "run", "--count", "8", "--shard", "1/1", "--out", "part.csv"],
          ["gather", "part.csv", "--out", "gathered.csv"],
          ["samplers"],
          ["metrics"],
          ["operators"],
          ["noises"],
          ["posteriors"],
          ["summary", "run"],
          ["show", "run"],
          ["verify", "--only", "heun"],
          // These connect to the server that is named, and to no other.
          ["worker", "--help"],
          ["jobs", "--help"],
        ];
        const table = `
      import { writeFileSync } from "node:fs";
      writeFileSync("table.csv", "a,b\\n" + Array.from({ length: 100 }, (_, i) => [Math.sin(i), Math.cos(3 * i)].join() + "\\n").join(""));
      writeFileSync("seen.csv", "a\\n0.5\\n");`;
        const programs = [module(table), ...commands.map((command) => [bin, ...command])];
        const results = await watch({ programs });
        expect(results).toHaveLength(programs.length);
        for (const [i, { code, stderr, ...seen }] of results.entries()) {
          const name = i === 0 ? "table" : commands[i - 1]!.join(" ");
          expect(code, `${name}: ${stderr}`).toBe(0);
          expect({ name, ...seen }).toEqual({ name, ...nothing });
        }
        // The one that is left out prints a text that it has.
        const all = listedCommands.map(({ name }) => name).filter((name) => name !== "schema");
        expect(new Set(commands.map(([name]) => name))).toEqual(new Set(["--help", ...all]));
      });

      const training = `
    import { edm, heun, mlp, sample, train } from ${at("index.js")};
    import { moons } from ${at("domain.js")};
    const model = await train({ data: moons()(100, 0), process: edm(), network: mlp({ width: 8, depth: 1 }), steps: 5 }).result;
    await sample(model, { count: 3, sampler: heun({ steps: 2 }) });`;
      const own = `
    import { compile, ndarray } from ${at("../../tensor/dist/index.js")};
    import { native } from ${at("../../tensor/dist/runtime/native.js")};
    const square = await compile((x) => x.multiply(x), [{ shape: [2] }], { runtime: native() });
    await square(ndarray(Float32Array.of(1, 2)));`;
      const worker = `
    import { Worker } from "node:worker_threads";
    const url = new URL("data:text/javascript," + encodeURIComponent(${JSON.stringify(own)}));
    const worker = new Worker(url, { env: { ORT_DISABLE_TELEMETRY: "0" } });
    await new Promise((resolve, reject) => worker.on("error", reject).on("exit", resolve));`;

      test.each([
        { name: "the library", code: training, more: {} },
        { name: "the library, though its user allows reports", code: training, more: { ORT_DISABLE_TELEMETRY: "0" } },
        { name: "the native runtime alone", code: own, more: {} },
        { name: "the native runtime in a worker thread of the user's", code: worker, more: {} },
      ])("is left alone by $name", async ({ code, more }) => {
        const [{ code: status, stderr, ...seen }] = (await watch({ programs: [module(code + waiting)] }, more)) as [
          Seen,
        ];
        expect(status, stderr).toBe(0);
        expect(seen).toEqual(nothing);
      });
    },
  );
