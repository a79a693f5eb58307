/** The speed of the machine's matrix products, which no network can exceed by much. */
import { compileScan, matmul, ndarray, type Runtime, zeros } from "@scorefield/tensor";
import { rate } from "./harness.ts";

const size = 1024;
const steps = 4;

/** GFLOP/s of a product of two square matrices of {@link size}, the best of a few rounds. */
export const peakGigaflops = async (runtime: Runtime): Promise<number> => {
  const matrix = { shape: [size, size] };
  const run = await compileScan(
    ({ a, b }, { count }) => [{ a: matmul(a, b), b }, { count }],
    { state: { a: matrix, b: matrix }, inputs: { count: { shape: [] } }, steps },
    { runtime },
  );
  const wave = (scale: number) => {
    const array = zeros(matrix.shape);
    for (let i = 0; i < array.data.length; i++) array.data[i] = scale * Math.sin(1.37 * i + i * i * 1e-3);
    return array;
  };
  const state = { a: wave(1), b: wave(Math.sqrt(2 / size)) };
  const inputs = { count: ndarray(new Float32Array(steps)) };
  try {
    const found = [];
    for (let i = 0; i < 3; i++) found.push(await rate(() => run(state, inputs), { calls: steps }));
    return (Math.max(...found) * 2 * size ** 3) / 1e9;
  } finally {
    await run.dispose();
  }
};
