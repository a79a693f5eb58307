/**
 * A page that opens a run of yours, draws samples from it and shows them. In a clone, with the runs of `scorefield train`:
 * `npx vite examples/browser`. docs/browser.md says more.
 */
import { type NdArray, type OpenedRun, openRun, type RunSource, sample } from "scorefield/browser";
import { pixelLevel } from "scorefield/data";

const find = <E extends Element>(selector: string): E => document.querySelector<E>(selector)!;
const opening = find<HTMLFormElement>("#open");
const drawing = find<HTMLFormElement>("#draw");
const field = (form: HTMLFormElement, name: string) => form.elements.namedItem(name) as HTMLInputElement;
const status = (text: string): void => {
  find("#status").textContent = text;
};

let run: OpenedRun | undefined;

/** Does one thing at a time; what goes wrong is shown. */
const busy = async (doing: string, work: () => Promise<string>): Promise<void> => {
  const button = find<HTMLButtonElement>("#draw button");
  button.disabled = true;
  status(doing);
  try {
    status(await work());
  } catch (error) {
    status(`${(error as Error).name}: ${(error as Error).message}`);
  }
  button.disabled = run === undefined;
};

const open = (source: RunSource): Promise<void> =>
  busy("Opening ...", async () => {
    run = undefined;
    find("#samples").replaceChildren();
    run = await openRun(source);
    const kind = run.model.shape.length === 1 ? "rows" : "images";
    return `${run.name}: a model of ${kind} of shape [${run.model.shape.join(", ")}], after ${run.step} steps`;
  });

const tableOf = ({ data, shape }: NdArray<"float64">, columns: readonly string[]): HTMLTableElement => {
  const table = document.createElement("table");
  const header = table.createTHead().insertRow();
  for (const name of columns) header.append(Object.assign(document.createElement("th"), { textContent: name }));
  const width = columns.length;
  for (let i = 0; i < shape[0]!; i++) {
    const row = table.insertRow();
    for (let j = 0; j < width; j++) row.insertCell().textContent = String(Number(data[i * width + j]!.toPrecision(5)));
  }
  return table;
};

/** One image [channels, height, width] of several, as a canvas. */
const canvasOf = ({ data, shape }: NdArray<"float64">, i: number): HTMLCanvasElement => {
  const [, channels, height, width] = shape as [number, number, number, number];
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pixels = new ImageData(width, height);
  const area = height * width;
  for (let p = 0; p < area; p++) {
    for (let c = 0; c < 3; c++)
      pixels.data[4 * p + c] = pixelLevel(data[(i * channels + Math.min(c, channels - 1)) * area + p]!);
    pixels.data[4 * p + 3] = 255;
  }
  canvas.getContext("2d")!.putImageData(pixels, 0, 0);
  return canvas;
};

const draw = ({ model, sampler, toData, columns }: OpenedRun): Promise<void> =>
  busy("Sampling ...", async () => {
    const [count, seed] = [field(drawing, "count").valueAsNumber, field(drawing, "seed").valueAsNumber];
    const begun = performance.now();
    const samples = toData(
      await sample(model, {
        count,
        seed,
        sampler,
        onProgress: ({ step, steps }) => status(`Sampling, step ${step} of ${steps} ...`),
      }),
    );
    const names = columns ?? Array.from({ length: model.shape[0]! }, (_, j) => `x${j + 1}`);
    find("#samples").replaceChildren(
      ...(model.shape.length === 1
        ? [tableOf(samples, names)]
        : Array.from({ length: count }, (_, i) => canvasOf(samples, i))),
    );
    return `${count} samples in ${((performance.now() - begun) / 1000).toFixed(1)} s`;
  });

opening.addEventListener("submit", (event) => {
  event.preventDefault();
  void open(field(opening, "url").value);
});
field(opening, "files").addEventListener("change", ({ target }) => {
  const { files } = target as HTMLInputElement;
  if (files?.length) void open(files);
});
drawing.addEventListener("submit", (event) => {
  event.preventDefault();
  if (run) void draw(run);
});
