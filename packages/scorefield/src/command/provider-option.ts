/** `--provider`: what computes. */
import { setDefaultRuntime } from "@scorefield/tensor";
import { type NativeOptions, native } from "@scorefield/tensor/native";
import type { Command } from "commander";
import { checkProvider } from "./check-provider.ts";
import { oneOf } from "./usage.ts";

type Provider = NonNullable<NativeOptions["provider"]>;
const providers: readonly Provider[] = ["cpu", "webgpu", "cuda", "coreml", "dml"];

/** Adds the option that says what computes, which is tried and sets it before the command begins. */
export const withProvider = (command: Command): Command =>
  command
    .addOption(
      oneOf("--provider <name>", "what computes: the processor, or a graphics processor (default: cpu)", providers),
    )
    .hook("preAction", async () => {
      const { provider } = command.opts<{ readonly provider?: Provider }>();
      if (provider === undefined) return;
      await checkProvider(provider);
      setDefaultRuntime(native({ provider }));
    });
