/** `scorefield verify`: closed-form truths, checked on this machine. */
import { type CheckResult, chosenChecks, verify } from "@scorefield/verify";
import type { Command } from "commander";
import { VerificationError } from "../errors.ts";
import { paint } from "../report/terminal.ts";
import { verificationLines, verificationPage, verificationSummary } from "../report/verification.ts";
import { interruptible } from "./interrupt.ts";
import { output } from "./output.ts";
import { progress } from "./progress.ts";
import { withExamples } from "./usage.ts";

interface VerifyFlags {
  readonly full?: boolean;
  readonly only?: string;
  readonly markdown?: boolean;
  readonly json?: boolean;
}

const commandOf = (group: string | undefined, { full, only }: VerifyFlags): string =>
  ["scorefield verify", group, full && "--full", only !== undefined && `--only "${only}"`, "--markdown"]
    .filter(Boolean)
    .join(" ");

const jsonOf = ({ error, index: _, count: __, ...result }: CheckResult) => ({
  ...result,
  ...(error && { error: { name: error.name, message: error.message } }),
});

const action = (group: string | undefined, flags: VerifyFlags): Promise<void> =>
  interruptible(async (signal) => {
    const out = output(flags);
    const choice = {
      ...(group !== undefined && { group }),
      ...(flags.full && { full: true }),
      ...(flags.only !== undefined && { only: flags.only }),
    };
    const lines = verificationLines(chosenChecks(choice).map(({ name }) => name));
    const live = !flags.markdown && !flags.json;
    const line = live ? undefined : progress("verifying", chosenChecks(choice).length);
    const results: CheckResult[] = [];
    const begun = performance.now();
    try {
      let last = "";
      for await (const result of verify({ ...choice, signal })) {
        results.push(result);
        if (!live) continue;
        // Results take the place of the line, which follows below them.
        line?.clear();
        if (last === "" && lines.head !== undefined) out.text(lines.head);
        if (result.group !== last) out.text(`\n${paint("bold", result.group)}`);
        last = result.group;
        out.text(lines.of(result));
        line?.update(result.index, [result.name]);
      }
    } finally {
      line?.end();
    }
    const seconds = (performance.now() - begun) / 1000;
    const summary = verificationSummary(results, seconds);
    const failed = results.filter(({ passed }) => !passed);
    if (flags.markdown) out.text(verificationPage(results, seconds, commandOf(group, flags)).trimEnd());
    else out.text(`\n${summary}`);
    out.result({
      passed: results.length - failed.length,
      failed: failed.length,
      seconds,
      checks: results.map(jsonOf),
    });
    if (failed.length > 0) throw new VerificationError(`${summary}: ${failed.map(({ name }) => name).join("; ")}`);
  }, "stopping (Ctrl-C again quits at once)");

/** Adds the command to the program. */
export const addVerify = (program: Command): void => {
  const command = program
    .command("verify")
    .description(
      "Runs the library on problems whose answer is known in closed form, and shows what was expected and what was found. The checks are on orders of convergence, stationary distributions, exact densities, likelihoods, posteriors and reproducibility. Exits with 1 if any check fails.",
    )
    .argument("[group]", "only checks of this group, such as inverse, likelihood or guidance")
    .option("--full", "every sampler on every process, and the longer checks: a few minutes")
    .option("--only <text>", "only checks with this text in their group or name, such as dpm-solver or likelihood")
    .option("--markdown", "print the results as a Markdown page")
    .option("--json", "print the results as JSON")
    .action(action);
  withExamples(command, [
    "scorefield verify                                about a minute",
    "scorefield verify inverse --full                 posteriors of inverse problems",
    "scorefield verify --only heun",
    "scorefield verify --full --markdown > verify.md",
  ]);
};
