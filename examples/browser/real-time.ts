/**
 * A page that draws a new grid of images in every frame, from the ONNX file of a flow map, and walks through its latent space:
 * `scorefield export runs/digits-distilled --steps 1 --count 16 --out digits.onnx`, then `npx vite examples/browser` and
 * /real-time.html. docs/few-steps.md says more. The script has no need of Scorefield: any runtime of ONNX runs the file.
 */
import { between, normals } from "./latent-space.ts";
import type { Answer, Asked, ModelValue } from "./real-time-worker.ts";

const find = <E extends Element>(selector: string): E => document.querySelector<E>(selector)!;
const form = find<HTMLFormElement>("form");
const canvas = find<HTMLCanvasElement>("canvas");
const field = (name: string) => form.elements.namedItem(name) as HTMLInputElement;
const classes = form.elements.namedItem("class") as unknown as HTMLSelectElement;
const status = (text: string): void => {
  find("#status").textContent = text;
};

const worker = new Worker(new URL("./real-time-worker.ts", import.meta.url), { type: "module", name: "real-time" });
const ask = (message: Asked, transfer: ArrayBuffer[] = []): Promise<Answer> =>
  new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Answer>) =>
      "error" in data ? reject(new Error(data.error)) : resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message || "the worker could not be started"));
    worker.postMessage(message, transfer);
  });

/** Where the pointer is on the grid, in [0, 1]; nothing while it is elsewhere. */
let pointer: readonly [number, number] | undefined;
canvas.addEventListener("pointermove", ({ offsetX, offsetY }) => {
  pointer = [offsetX / canvas.clientWidth, offsetY / canvas.clientHeight];
});
canvas.addEventListener("pointerleave", () => {
  pointer = undefined;
});

/** Without a pointer, a slow walk through the square. */
const place = (): readonly [number, number] =>
  pointer ?? [0.5 + 0.5 * Math.sin(performance.now() / 1700), 0.5 + 0.5 * Math.sin(performance.now() / 2300)];

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1);

/** One-hot rows of the class that is chosen, or of all in turn. */
const rowsOf = ([count, width]: readonly number[]): Float32Array => {
  const rows = new Float32Array(count! * width!);
  for (let i = 0; i < count!; i++)
    rows[i * width! + (classes.value === "all" ? i % width! : Number(classes.value))] = 1;
  return rows;
};

/** Draws images [count, channels, height, width] in [-1, 1] as one grid. */
const show = (images: Float32Array, [count, channels, height, width]: readonly number[]): void => {
  const columns = Math.ceil(Math.sqrt(count!));
  [canvas.width, canvas.height] = [columns * width!, Math.ceil(count! / columns) * height!];
  const pixels = new ImageData(canvas.width, canvas.height);
  const area = height! * width!;
  for (let i = 0; i < count!; i++)
    for (let p = 0; p < area; p++) {
      const x = (i % columns) * width! + (p % width!);
      const y = Math.floor(i / columns) * height! + Math.floor(p / width!);
      const at = 4 * (y * canvas.width + x);
      for (let c = 0; c < 3; c++)
        pixels.data[at + c] = 127.5 * (images[(i * channels! + Math.min(c, channels! - 1)) * area + p]! + 1);
      pixels.data[at + 3] = 255;
    }
  canvas.getContext("2d")!.putImageData(pixels, 0, 0);
};

const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

/** The model that is shown; another one ends it. */
let shown: Uint8Array | undefined;

const run = async (model: Uint8Array, bytes: number): Promise<void> => {
  shown = model;
  status("Opening ...");
  const opened = await ask({ model });
  if (!("opened" in opened)) return;
  const { opened: inputs, output, provider } = opened;
  const inputOf = (end: string): ModelValue | undefined => inputs.find(({ name }) => name.endsWith(end));
  const [prior, draws, labels] = [inputOf(".prior"), inputOf(".draws"), inputOf(".class")];
  // Of a latent model noise is smaller than images.
  if (!prior || output.shape.length !== 4)
    throw new Error(
      `expected a model with an input input.0.prior whose output is images [count, channels, height, width]`,
    );
  const names = labels ? ["all", ...Array.from({ length: labels.shape[1]! }, (_, k) => `${k}`)] : [];
  classes.replaceChildren(...names.map((name) => new Option(name, name)));
  const noises = (seed: number) => [0, 1, 2, 3].map((corner) => normals(sizeOf(prior.shape), 1000 * seed + corner));
  let [seed, corners] = [Number(field("seed").value), noises(Number(field("seed").value))];
  let since = { frames: 0, at: performance.now(), busy: 0 };
  let first: number | undefined;
  while (shown === model) {
    if (Number(field("seed").value) !== seed) {
      seed = Number(field("seed").value);
      corners = noises(seed);
    }
    const answer = await ask({
      inputs: {
        [prior.name]: between(corners, ...place()),
        ...(draws && { [draws.name]: normals(sizeOf(draws.shape), seed + 4) }),
        ...(labels && { [labels.name]: rowsOf(labels.shape) }),
      },
    });
    if (!("images" in answer)) return;
    await frame();
    show(answer.images, output.shape);
    // Since the page was asked for.
    first ??= performance.now();
    since = { ...since, frames: since.frames + 1, busy: since.busy + answer.milliseconds };
    const seconds = (performance.now() - since.at) / 1000;
    if (seconds < 1 && since.frames > 1) continue;
    const [count, , height, width] = output.shape;
    const figures = {
      framesPerSecond: since.frames / seconds,
      milliseconds: since.busy / since.frames,
      firstImage: first,
      modelBytes: bytes,
      provider,
    };
    document.body.dataset.figures = JSON.stringify(figures);
    status(
      `${figures.framesPerSecond.toFixed(1)} frames/s of ${count} images of ${width} x ${height} (${provider}, ${figures.milliseconds.toFixed(0)} ms each); first image ${(first / 1000).toFixed(2)} s after the page was asked for; model ${(bytes / 1e6).toFixed(2)} MB`,
    );
    since = { frames: 0, at: performance.now(), busy: 0 };
  }
};

const open = (read: () => Promise<ArrayBuffer>): void => {
  void read()
    .then((buffer) => run(new Uint8Array(buffer), buffer.byteLength))
    .catch((error: Error) => status(`${error.name}: ${error.message}`));
};

field("model").addEventListener("change", ({ target }) => {
  const [file] = (target as HTMLInputElement).files ?? [];
  if (file) open(() => file.arrayBuffer());
});
const named = new URLSearchParams(location.search).get("model");
if (named)
  open(async () => {
    const response = await fetch(named);
    if (!response.ok) throw new Error(`${named}: ${response.status} ${response.statusText}`);
    return response.arrayBuffer();
  });
