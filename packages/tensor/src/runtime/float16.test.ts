import { describe, expect, it } from "vitest";
import { RuntimeError } from "../errors.ts";
import { ndarray } from "../ndarray.ts";
import { probeFloat16 } from "./float16.ts";
import { native } from "./native.ts";
import type { Session } from "./runtime.ts";

const answering = (value: number) => async (): Promise<Session> => ({
  run: async () => [ndarray(new Float32Array(16).fill(value), [4, 4])],
  dispose: async () => {},
});

describe("probeFloat16", () => {
  it("believes the rounding of float16 alone", async () => {
    expect(await probeFloat16("a", answering(2))).toBe(true);
    expect(await probeFloat16("a", answering(1.25))).toMatch(/a has no float16 kernels/);
    expect(await probeFloat16("a", answering(Number.NaN))).toMatch(/a has no float16 kernels/);
  });

  it("gives the runtime's own reason, and lets other errors pass", async () => {
    expect(await probeFloat16("a", () => Promise.reject(new RuntimeError("no f16")))).toBe("no f16");
    await expect(probeFloat16("a", () => Promise.reject(new TypeError("a bug")))).rejects.toThrow("a bug");
  });

  it("finds that the cpu provider computes in float32, only when asked", async () => {
    const runtime = native({ threads: 1 });
    expect((await runtime.target()).float16).toBeUndefined();
    expect((await runtime.target({ float16: true })).float16).toMatch(/native \(cpu\).*float32/);
    await runtime.dispose();
  });
});
