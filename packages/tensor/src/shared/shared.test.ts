import { describe, expect, it } from "vitest";
import "../methods.ts";
import { compile } from "../compile.ts";
import { RuntimeError, ShapeError, TraceError } from "../errors.ts";
import type { Tensor } from "../graph/tensor.ts";
import { add } from "../operation/arithmetic.ts";
import { native } from "../runtime/native.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { testRuntime } from "../testing/evaluate.ts";
import { sharedSessions } from "./sessions.ts";
import { describeShared } from "./shared.case.ts";
import { shared } from "./shared.ts";

describeShared("native()", () => native({ threads: 1 }));

if (process.env.VK_ICD_FILENAMES !== undefined)
  describeShared('native({ provider: "webgpu" })', () => native({ provider: "webgpu" }), { derivatives: false });

describe("errors of shared functions", () => {
  const runtime = testRuntime();
  const spec = [{ shape: [3] }] as const;
  const compileShared = (f: (x: Tensor) => Tensor, sessions = sharedSessions({ runtime, leastBytes: 0 })) =>
    compile(f, spec, { sessions, name: "step" });

  it("name the user's file and line, as where inlined", async () => {
    const wrong = shared((x: Tensor) => add(x, x.slice([[0, 2]])));
    for (const compiling of [compileShared((x) => wrong(x)), compile((x: Tensor) => wrong(x), spec, { runtime })]) {
      await expect(compiling).rejects.toThrow(ShapeError);
      await expect(compiling).rejects.toThrow(/^add\(float32\[3\], float32\[2\]\): .*shared\.test\.ts:\d+:\d+\)$/);
    }
  });

  it("refuse values that are no tensors, and tensors of the function around", async () => {
    const f = shared((x: Tensor) => x.exp(), { name: "network" });
    for (const sessions of [undefined, sharedSessions({ runtime, leastBytes: 0 })])
      await expect(compile(() => f(3 as never), [], { runtime, sessions })).rejects.toThrow(
        /^network: expected tensors as arguments, found 3 at 0; turn numbers into tensors with constant\(\) \(.*shared\.test\.ts/,
      );
    const none = shared((_: Tensor) => 3 as unknown as Tensor, { name: "network" });
    await expect(compileShared((x) => none(x))).rejects.toThrow(
      new TraceError(
        "network: expected the function to return tensors, found 3 at 0; turn numbers into tensors with constant()",
      ),
    );
    await expect(compileShared((x) => shared((y: Tensor) => y.add(x), { name: "network" })(x.exp()))).rejects.toThrow(
      "network: uses an input of another function, of type float32[3]; hand it over as an argument",
    );
  });

  it("free what was loaded when a part cannot be, which can be tried again", async () => {
    let broken = true;
    let alive = 0;
    const breaking: Runtime = {
      ...runtime,
      load: async (model) => {
        if (broken && alive === 1) throw new RuntimeError("no room");
        const session = await runtime.load(model);
        alive++;
        const dispose = (): Promise<void> => {
          alive--;
          return session.dispose();
        };
        return { ...session, dispose };
      },
    };
    const sessions = sharedSessions({ runtime: breaking, leastBytes: 0 });
    const f = shared((x: Tensor) => x.exp());
    const step = (x: Tensor): Tensor => f(x.multiply(2)).add(1);
    await expect(compileShared(step, sessions)).rejects.toThrow("no room");
    expect(alive).toBe(0);
    broken = false;
    await (await compileShared(step, sessions)).dispose();
    expect(alive).toBe(1);
    await sessions.dispose();
    await sessions.dispose();
    expect(alive).toBe(0);
  });

  it("refuse another runtime than the runtime of the sessions", async () => {
    const sessions = sharedSessions({ runtime, leastBytes: 0 });
    await expect(compile((x: Tensor) => x, spec, { sessions, runtime: native() })).rejects.toThrow(
      new RuntimeError(
        "compiled function: expected the runtime of its shared sessions, native (cpu), found another, native (cpu); leave runtime out",
      ),
    );
  });
});
