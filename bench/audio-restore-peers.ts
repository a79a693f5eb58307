/** Classical restorers that the bench compares with: filters for noise, autoregressive and sparse interpolation for clipping and gaps. */
import { stft as forward, inverseStft } from "@scorefield/domain/audio";
import { type GainRule, noiseGains, noisePowers, wienerRule } from "../packages/domain/src/sound-fault/wiener.ts";

const frame = { window: 256, hop: 64 };

/** A sound filtered by a gain for each number of its spectrogram. */
const filtered = (sound: ArrayLike<number>, rule: GainRule): Float64Array => {
  const frames = Math.max(frame.window / frame.hop, Math.ceil(sound.length / frame.hop)) + 4;
  const length = frames * frame.hop;
  const data = new Float64Array(length);
  for (let t = 0; t < sound.length; t++) data[t] = sound[t]!;
  const spectrogram = forward({ dtype: "float64", shape: [1, 1, length], data }, frame);
  const values = spectrogram.data;
  const plane = (frame.window / 2) * frames;
  const powers = Float64Array.from({ length: plane }, (_, k) => values[k]! ** 2 + values[plane + k]! ** 2);
  const inside = Array.from({ length: Math.ceil(sound.length / frame.hop) }, (_, f) => f);
  const gains = noiseGains(powers, frames, { rule, noise: noisePowers(powers, frames, inside) });
  for (const [k, gain] of gains.entries()) {
    values[k]! *= gain;
    values[plane + k]! *= gain;
  }
  return inverseStft(spectrogram, frame).data.slice(0, sound.length);
};

/** Wiener's filter with the a priori ratio by decision direction (Ephraim & Malah 1984; Scalart & Vieira Filho 1996). */
export const wienerFilter = (sound: ArrayLike<number>): Float64Array => filtered(sound, wienerRule);

/** Power subtraction with a factor of 1.5 and a floor of 0.01 (Berouti, Schwartz & Makhoul 1979). */
export const spectralSubtraction = (sound: ArrayLike<number>): Float64Array =>
  filtered(sound, (post) => Math.sqrt(Math.max(1 - 1.5 / post, 0.01)));

/** Solves A x = b, A [n, n] symmetric and positive definite, by Cholesky's method. Both are overwritten; x is in b. */
const solveInPlace = (A: Float64Array, b: Float64Array): void => {
  const n = b.length;
  for (let j = 0; j < n; j++) {
    let d = A[j * n + j]!;
    for (let k = 0; k < j; k++) d -= A[j * n + k]! ** 2;
    const root = Math.sqrt(Math.max(d, 1e-30));
    A[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      let s = A[i * n + j]!;
      for (let k = 0; k < j; k++) s -= A[i * n + k]! * A[j * n + k]!;
      A[i * n + j] = s / root;
    }
  }
  for (let i = 0; i < n; i++) {
    let s = b[i]!;
    for (let k = 0; k < i; k++) s -= A[i * n + k]! * b[k]!;
    b[i] = s / A[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    let s = b[i]!;
    for (let k = i + 1; k < n; k++) s -= A[k * n + i]! * b[k]!;
    b[i] = s / A[i * n + i]!;
  }
};

/** Coefficients 1, a_1, ..., a_p of an autoregressive model, by Burg's method. */
const burg = (x: Float64Array, order: number): Float64Array => {
  let [f, b] = [x.slice(), x.slice()];
  let a = Float64Array.of(1);
  for (let m = 0; m < order; m++) {
    let [top, bottom] = [0, 0];
    for (let t = m + 1; t < x.length; t++) {
      top += f[t]! * b[t - 1]!;
      bottom += f[t]! ** 2 + b[t - 1]! ** 2;
    }
    const k = bottom > 0 ? (-2 * top) / bottom : 0;
    const next = new Float64Array(m + 2);
    for (let i = 0; i <= m + 1; i++) next[i] = (a[i] ?? 0) + k * (a[m + 1 - i] ?? 0);
    a = next;
    const [nf, nb] = [f.slice(), b.slice()];
    for (let t = m + 1; t < x.length; t++) {
      nf[t] = f[t]! + k * b[t - 1]!;
      nb[t] = b[t - 1]! + k * f[t]!;
    }
    [f, b] = [nf, nb];
  }
  return a;
};

/**
 * Unknown numbers of a sound by the autoregressive model that fits it best: model and numbers in turn (Janssen, Veldhuis & Vries 1986).
 * @param unknown their places
 * @param limit moves what was found, such as to where clipping says it is
 */
export const autoregressive = (
  sound: ArrayLike<number>,
  unknown: readonly number[],
  {
    order = 40,
    rounds = 8,
    limit = (value) => value,
  }: { readonly order?: number; readonly rounds?: number; readonly limit?: (value: number, t: number) => number } = {},
): Float64Array => {
  const x = Float64Array.from(sound);
  const place = new Map(unknown.map((t, i) => [t, i]));
  for (const t of unknown) x[t] = limit(x[t]!, t);
  const m = unknown.length;
  if (m === 0) return x;
  for (let round = 0; round < rounds; round++) {
    const a = burg(x, Math.min(order, Math.floor(x.length / 3)));
    const p = a.length - 1;
    // Correlations of the coefficients: the quadratic form of the prediction error.
    const c = Float64Array.from({ length: p + 1 }, (_, l) => {
      let s = 0;
      for (let k = 0; k + l <= p; k++) s += a[k]! * a[k + l]!;
      return s;
    });
    const A = new Float64Array(m * m);
    const b = new Float64Array(m);
    for (const [i, t] of unknown.entries())
      for (let l = -p; l <= p; l++) {
        const other = t + l;
        if (other < 0 || other >= x.length) continue;
        const weight = c[Math.abs(l)]!;
        const j = place.get(other);
        if (j === undefined) b[i]! -= weight * x[other]!;
        else A[i * m + j] = weight + (i === j ? 1e-9 : 0);
      }
    solveInPlace(A, b);
    for (const [i, t] of unknown.entries()) x[t] = limit(b[i]!, t);
  }
  return x;
};

const block = { length: 512, hop: 128 };

/** The discrete Fourier transform of real numbers by tables; lengths are small. */
const tables = (() => {
  const n = block.length;
  const cos = Float64Array.from({ length: n }, (_, i) => Math.cos((2 * Math.PI * i) / n));
  const sin = Float64Array.from({ length: n }, (_, i) => Math.sin((2 * Math.PI * i) / n));
  return { cos, sin };
})();

/** In place, radix 2; `sign` 1 is forwards. */
const fft = (re: Float64Array, im: Float64Array, sign: 1 | -1): void => {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
  }
  for (let size = 2; size <= n; size <<= 1) {
    const step = n / size;
    for (let k = 0; k < size / 2; k++) {
      const [c, s] = [tables.cos[k * step]!, -sign * tables.sin[k * step]!];
      for (let i = k; i < n; i += size) {
        const j = i + size / 2;
        const [a, b] = [re[j]! * c - im[j]! * s, re[j]! * s + im[j]! * c];
        re[j] = re[i]! - a;
        im[j] = im[i]! - b;
        re[i]! += a;
        im[i]! += b;
      }
    }
  }
  const scale = 1 / Math.sqrt(n);
  for (let i = 0; i < n; i++) {
    re[i]! *= scale;
    im[i]! *= scale;
  }
};

/** A block within its constraints whose spectrum has as few frequencies as these allow: A-SPADE (Kitić, Bertin & Gribonval 2015). */
const sparsest = (x0: Float64Array, project: (x: Float64Array) => void): Float64Array => {
  const n = x0.length;
  const x = x0.slice();
  const [ur, ui] = [new Float64Array(n), new Float64Array(n)];
  for (let count = 1; count < n / 2; count++) {
    const [re, im] = [x.slice(), new Float64Array(n)];
    fft(re, im, 1);
    const zr = re.map((value, k) => value + ur[k]!);
    const zi = im.map((value, k) => value + ui[k]!);
    // The largest pairs of a frequency and its negative stay.
    const sizes = Array.from({ length: n / 2 + 1 }, (_, k) => [zr[k]! ** 2 + zi[k]! ** 2, k] as const);
    const kept = new Set(
      sizes
        .sort((a, b) => b[0] - a[0])
        .slice(0, count)
        .map(([, k]) => k),
    );
    for (let k = 0; k < n; k++)
      if (!kept.has(Math.min(k, n - k))) {
        zr[k] = 0;
        zi[k] = 0;
      }
    let [distance, energy] = [0, 0];
    for (let k = 0; k < n; k++) {
      distance += (re[k]! - zr[k]!) ** 2 + (im[k]! - zi[k]!) ** 2;
      energy += re[k]! ** 2 + im[k]! ** 2;
    }
    if (distance <= 1e-4 * energy) break;
    const [br, bi] = [zr.map((value, k) => value - ur[k]!), zi.map((value, k) => value - ui[k]!)];
    fft(br, bi, -1);
    x.set(br);
    project(x);
    const [ar, ai] = [x.slice(), new Float64Array(n)];
    fft(ar, ai, 1);
    for (let k = 0; k < n; k++) {
      ur[k]! += ar[k]! - zr[k]!;
      ui[k]! += ai[k]! - zi[k]!;
    }
  }
  return x;
};

/** A clipped sound by sparse blocks that overlap, joined by a Hann window. */
export const sparseDeclipped = (sound: ArrayLike<number>): Float64Array => {
  const limit = 0.999 * Array.from(sound).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const { length, hop } = block;
  const [sum, weights] = [new Float64Array(sound.length), new Float64Array(sound.length)];
  for (let from = hop - length; from < sound.length; from += hop) {
    const y = Float64Array.from({ length }, (_, t) => sound[from + t] ?? 0);
    const project = (x: Float64Array): void => {
      for (let t = 0; t < length; t++)
        x[t] = y[t]! >= limit ? Math.max(x[t]!, y[t]!) : y[t]! <= -limit ? Math.min(x[t]!, y[t]!) : y[t]!;
    };
    const x = y.some((value) => Math.abs(value) >= limit) ? sparsest(y, project) : y;
    for (let t = 0; t < length; t++) {
      if (from + t < 0 || from + t >= sound.length) continue;
      const weight = Math.sin((Math.PI * (t + 0.5)) / length) ** 2;
      sum[from + t]! += weight * x[t]!;
      weights[from + t]! += weight;
    }
  }
  return sum.map((value, t) => value / weights[t]!);
};

/** A clipped sound by an autoregressive model, with what is beyond the limits at least there. Done in stretches, since clipping is everywhere. */
export const autoregressiveDeclipped = (sound: ArrayLike<number>): Float64Array => {
  const limit = 0.999 * Array.from(sound).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const restored = Float64Array.from(sound);
  const stretch = 512;
  const margin = 128;
  for (let from = 0; from < sound.length; from += stretch) {
    const begin = Math.max(0, from - margin);
    const end = Math.min(sound.length, from + stretch + margin);
    const part = Float64Array.from({ length: end - begin }, (_, t) => sound[begin + t]!);
    const unknown = Array.from(part.keys()).filter((t) => Math.abs(part[t]!) >= limit);
    const found = autoregressive(part, unknown, {
      order: 32,
      rounds: 3,
      limit: (value, t) => (part[t]! > 0 ? Math.max(value, part[t]!) : Math.min(value, part[t]!)),
    });
    for (let t = from; t < Math.min(sound.length, from + stretch); t++) restored[t] = found[t - begin]!;
  }
  return restored;
};
