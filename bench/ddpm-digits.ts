/** A small denoising network for digits that others trained, as a score model: the same weights as peers/deepinv_posterior.py. */
import { readFileSync } from "node:fs";
import { type ScoreModel, scheduleAt, vp } from "@scorefield/core";
import { decodeSafetensors } from "@scorefield/data";
import { concat, constant, conv, gelu, type NdArray, type Tensor } from "@scorefield/tensor";

/**
 * A DDPM of MNIST digits (Ho, Jain & Abbeel 2020) in three blocks of convolution, layer norm and GELU, which predicts the noise. Its
 * samples are x = pixel / 255 - 0.5, [1, 28, 28]. It was trained on 1,000 discrete times; here its times are those of the continuous
 * process, whose log-SNR differs by less than 1 %.
 * @param path the safetensors file, such as weights/ddpm-mnist-starter.safetensors of the data folder
 */
export const ddpmDigits = (path: string): ScoreModel => {
  const { arrays } = decodeSafetensors(readFileSync(path), path);
  const weight = (name: string): NdArray => {
    const found = arrays[name];
    if (!found) throw new Error(`${path}: expected a tensor ${name}, found none`);
    return found;
  };
  const known = (name: string, like: Tensor): Tensor => constant(weight(name)).cast(like.dtype);
  const convolved = (name: string, x: Tensor, padding: number): Tensor =>
    conv(x, known(`${name}.weight`, x), { padding }).add(known(`${name}.bias`, x).reshape([1, -1, 1, 1]));
  const block = (name: string, x: Tensor): Tensor => {
    const h = convolved(`${name}.net.0`, x, 3);
    const axes = [1, 2, 3];
    const centred = h.subtract(h.mean(axes, { keepDims: true }));
    const unit = centred.divide(centred.square().mean(axes, { keepDims: true }).add(1e-5).sqrt());
    return gelu(unit.multiply(known(`${name}.net.1.weight`, x)).add(known(`${name}.net.1.bias`, x)));
  };
  const line = (name: string, x: Tensor): Tensor =>
    x.matmul(known(`${name}.weight`, x).transpose()).add(known(`${name}.bias`, x));
  const noiseOf = (x: Tensor, t: Tensor): Tensor => {
    const phase = t.reshape([-1, 1]).multiply(known("frequencies", x).reshape([1, -1]));
    let features = concat([phase.sin(), phase.cos().subtract(1)], 1);
    for (const layer of [0, 2, 4]) features = gelu(line(`time_embed.${layer}`, features));
    let h = block("blocks.0", x).add(line("time_embed.6", features).reshape([x.shape[0]!, -1, 1, 1]));
    for (const layer of [1, 2, 3]) h = block(`blocks.${layer}`, h);
    return convolved("blocks.4", h, 1);
  };
  const process = vp();
  return {
    process,
    shape: [1, 28, 28],
    denoise: (x, t) => {
      const { alpha, sigma } = scheduleAt(process, t, x);
      return x.subtract(noiseOf(x, t).multiply(sigma)).divide(alpha);
    },
  };
};
