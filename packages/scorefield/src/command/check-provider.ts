/** Whether a graphics processor computes, found out in a separate process before the work begins. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { RuntimeError } from "@scorefield/tensor";
import type { NativeOptions } from "@scorefield/tensor/native";

/**
 * Loads a small model with a provider other than `cpu`. Drivers write warnings with files of their sources to standard
 * error, and a broken one ends the process: neither affects this process.
 * @throws RuntimeError where it cannot be loaded
 */
export const checkProvider = async (provider: NonNullable<NativeOptions["provider"]>): Promise<void> => {
  if (provider === "cpu") return;
  const code = `
    import { toOnnx } from ${JSON.stringify(import.meta.resolve("@scorefield/tensor"))};
    import { native } from ${JSON.stringify(import.meta.resolve("@scorefield/tensor/native"))};
    const runtime = native({ provider: ${JSON.stringify(provider)} });
    try {
      await runtime.load(toOnnx((x) => x.exp(), [{ shape: [1] }]));
    } catch (error) {
      process.stdout.write(error.message);
    }
    await runtime.dispose();`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "ignore"] });
  let reason = "";
  child.stdout.on("data", (text) => (reason += text));
  const [status, signal] = await once(child, "close");
  if (reason !== "") throw new RuntimeError(reason);
  if (status !== 0)
    throw new RuntimeError(
      `native (${provider}): expected its driver to start, found that it ended with ${signal ?? `code ${status}`}; ` +
        "install another version of the driver, or compute on the processor",
    );
};
