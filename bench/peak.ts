/** The speed of the machine's matrix products, which no network can exceed by much. */
import { compileScan, matmul, ndarray, type Runtime } from "@scorefield/tensor";
import { rate } from "./harness.ts";
import { wave } from "./wave.ts";

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
  const state = { a: wave(matrix.shape, 1), b: wave(matrix.shape, Math.sqrt(2 / size)) };
  const inputs = { count: ndarray(new Float32Array(steps)) };
  try {
    const found = [];
    for (let i = 0; i < 3; i++) found.push(await rate(() => run(state, inputs), { calls: steps }));
    return (Math.max(...found) * 2 * size ** 3) / 1e9;
  } finally {
    await run.dispose();
  }
};
