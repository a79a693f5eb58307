/** What a page opens, in Node: over HTTP and from chosen files, beside what `loadRun` reads from the disk. */
import { mkdtempSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ArgumentError, edm, edmPreconditioning, heun, mlp, sample, trainedModel } from "@scorefield/core";
import { defaultRuntime } from "@scorefield/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CheckpointError, RunError } from "../errors.ts";
import { loadRun } from "../run/load.ts";
import { saveRun } from "../run/save.ts";
import "../runtime.ts";
import { openRun } from "./open-run.ts";
import type { RunFile } from "./run-source.ts";

const root = mkdtempSync(join(tmpdir(), "scorefield-open-"));
const path = join(root, "rows");
const server = createServer(async (request, response) => {
  const body = await readFile(join(root, decodeURIComponent(request.url!))).catch(() => undefined);
  response.writeHead(body ? 200 : 404).end(body);
});
let base = "";

beforeAll(async () => {
  const network = mlp({ width: 8, depth: 2 });
  const parts = { process: edm(), network, preconditioning: edmPreconditioning() };
  const model = trainedModel(parts, network.initialise([2], 3), [2]);
  await saveRun(path, model, { step: 12, columns: ["length", "width"], sampler: heun({ steps: 4 }) });
  const record = JSON.parse(await readFile(join(path, "run.json"), "utf8"));
  const scaling = { kind: "standard", mean: [10, -3], scale: [2, 0.5] };
  await writeFile(join(path, "run.json"), JSON.stringify({ ...record, scaling }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await defaultRuntime().dispose();
  await rm(root, { recursive: true });
});

/** The files of a folder as a page's file input gives them. */
const filesOf = async (folder: string, inside = "rows"): Promise<RunFile[]> => {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(
    names
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const bytes = new Uint8Array(await readFile(join(entry.parentPath, entry.name)));
        const file = new File([bytes], entry.name);
        return Object.assign(file, { webkitRelativePath: `${inside}/${entry.name}` });
      }),
  );
};

const drawn = async (run: Awaited<ReturnType<typeof openRun>>) => {
  const x = await sample(run.model, { count: 5, sampler: run.sampler, seed: 1 });
  return run.toData(x);
};

describe("openRun", () => {
  test("gives the samples that loadRun gives, in the units of the data, from a URL and from files", async () => {
    const loaded = await loadRun(path);
    const wanted = await drawn({ ...loaded, name: path });
    for (const source of [`${base}/rows`, new URL(`${base}/rows/`), await filesOf(path)]) {
      const run = await openRun(source);
      expect(run).toMatchObject({ step: 12, columns: ["length", "width"] });
      expect(await drawn(run)).toEqual(wanted);
    }
    expect((await openRun(await filesOf(path))).name).toBe("rows");
  });

  test("opens a run that an earlier version wrote", async () => {
    const files = await filesOf(path);
    const text = await readFile(join(path, "run.json"), "utf8");
    expect(text).toContain('"sigmaData"');
    const old = Object.assign(new File([text.replace('"sigmaData"', '"dataDeviation"')], "run.json"), {
      webkitRelativePath: "rows/run.json",
    });
    const run = await openRun(files.map((file) => (file.name === "run.json" ? old : file)));
    expect(await drawn(run)).toEqual(await drawn(await openRun(files)));
  });

  test("takes the last step of metrics.jsonl at a URL, passing over a line that was cut off", async () => {
    const record = JSON.parse(await readFile(join(path, "run.json"), "utf8"));
    const copy = join(root, "trained");
    await mkdir(join(copy, "checkpoints"), { recursive: true });
    const name = "step-00000012.safetensors";
    await writeFile(join(copy, "checkpoints", name), await readFile(join(path, "checkpoints", name)));
    await writeFile(join(copy, "run.json"), JSON.stringify({ ...record, step: undefined }));
    await expect(openRun(`${base}/trained`)).rejects.toThrow(/expected metrics\.jsonl.*option checkpoint/);
    expect((await openRun(`${base}/trained`, { checkpoint: 12 })).step).toBe(12);
    await writeFile(join(copy, "metrics.jsonl"), '{"step":6,"loss":1}\n{"step":12,"loss":1}\n{"step":1');
    expect((await openRun(`${base}/trained`)).step).toBe(12);
  });

  test("says what is missing or damaged, by typed errors", async () => {
    const bad = openRun("not a url");
    await expect(bad).rejects.toThrow(RunError);
    await expect(openRun(`${base}/nothing`)).rejects.toThrow(/found no run\.json there \(404/);
    await expect(openRun(`${base}/rows`, { checkpoint: 7 })).rejects.toThrow(CheckpointError);
    await expect(openRun(`${base}/rows`, { step: 7 } as object)).rejects.toThrow(ArgumentError);
    await expect(openRun(`${base}/rows`, { checkpoint: "7" as never })).rejects.toThrow(ArgumentError);
    await expect(openRun(7 as never)).rejects.toThrow(/expected the URL of a run's folder, or its files, found number/);

    const files = await filesOf(path);
    const isRecord = ({ name }: RunFile): boolean => name === "run.json";
    await expect(openRun(files.filter((file) => !isRecord(file)))).rejects.toThrow(/found no run\.json among 1 files/);
    await expect(openRun(files.filter(isRecord))).rejects.toThrow(CheckpointError);
    await expect(openRun([...files, ...files])).rejects.toThrow(/found rows\/run\.json and rows\/run\.json/);
    const damaged = files.map((file) => ({
      name: file.name,
      arrayBuffer: async () => {
        const bytes = new Uint8Array(await file.arrayBuffer());
        if (!isRecord(file)) bytes[bytes.length - 1]! ^= 1;
        return bytes.buffer;
      },
    }));
    await expect(openRun(damaged)).rejects.toThrow(/^damaged checkpoint run, step 12: expected the SHA-256/);
  });
});
