/** `scorefield jobs`: what is in a queue. */
import type { Command } from "commander";
import { UsageError } from "../errors.ts";
import { grouped } from "../figure/grouped.ts";
import type { JobFacts, JobState } from "../job/job-queue.ts";
import type { ServedQueue } from "../job/queue-package.ts";
import { textTable } from "../report/text-table.ts";
import { wrapped } from "../report/wrap-text.ts";
import { interruptible } from "./interrupt.ts";
import { type Output, output } from "./output.ts";
import { type QueueFlags, queueOf, withQueueOptions } from "./queue-options.ts";
import { oneOf, unknownWord, withExamples } from "./usage.ts";

interface JobsFlags extends QueueFlags {
  readonly state?: JobState;
  readonly all?: boolean;
  readonly json?: boolean;
}

const states: readonly JobState[] = ["active", "dead", "delayed", "cancelled", "waiting", "held", "done"];
const actions = ["list", "watch", "cancel", "retry"] as const;

/** Work in a table, unless all is asked for. */
const mostRows = 20;
/** Pieces of work whose errors are listed below a table. */
const mostErrors = 8;

/** What begins an identity, enough to tell it from others. */
const shortId = (id: string): string => id.slice(0, 10);

const stateCounts = (jobs: readonly JobFacts[]): string =>
  states
    .map((state) => [state, jobs.filter((job) => job.state === state).length] as const)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${grouped(count)} ${state}`)
    .join(", ");

/** Facts as a table; below it why work failed. */
const jobsText = (jobs: readonly JobFacts[], most: number): string => {
  const rows = jobs
    .slice(0, most)
    .map(({ id, what, state, attempt, worker = "", share }) => [
      what,
      shortId(id),
      state,
      `${attempt}`,
      worker,
      state === "active" && share !== undefined ? `${Math.round(100 * share)} %` : "",
    ]);
  const failed = jobs.filter(({ error, state }) => error && state !== "cancelled");
  return [
    textTable([["work", "id", "state", "attempt", "worker", "share"], ...rows]),
    ...(jobs.length > most ? [`and ${grouped(jobs.length - most)} more: --all lists them`] : []),
    ...failed.slice(0, mostErrors).map(({ id, state, error }) => wrapped(`${shortId(id)} ${state}: ${error}`)),
    ...(failed.length > mostErrors
      ? [`and ${grouped(failed.length - mostErrors)} more with an error: --json has all`]
      : []),
  ].join("\n");
};

/** Work by the titles of the commands that it is for. */
const listText = (jobs: readonly JobFacts[], { state, all }: JobsFlags): string => {
  const titles = [...new Set(jobs.map(({ title }) => title))];
  const parts = titles.map((title) => {
    const those = jobs.filter((job) => job.title === title);
    const shown = those.filter((job) =>
      state ? job.state === state : all || !["done", "waiting", "held"].includes(job.state),
    );
    const order = (job: JobFacts): number => states.indexOf(job.state);
    const table =
      shown.length > 0
        ? `\n${jobsText(
            shown.sort((a, b) => order(a) - order(b)),
            all ? Number.POSITIVE_INFINITY : mostRows,
          )}`
        : "";
    return `${title || "without a title"}: ${stateCounts(those)}${table}`;
  });
  return parts.join("\n\n") || "no work in this queue";
};

/** Work whose identities begin as given. @throws UsageError where none or several do */
const chosen = (jobs: readonly JobFacts[], begins: readonly string[]): JobFacts[] =>
  begins.map((begin) => {
    const found = jobs.filter(({ id }) => id.startsWith(begin));
    if (found.length === 1 && begin.length >= 4) return found[0]!;
    throw new UsageError(
      `${begin}: expected the first characters of the id of one piece of work, four or more, found ${found.length} of them; see scorefield jobs list --all`,
    );
  });

const watch = async (queue: ServedQueue, out: Output, signal: AbortSignal): Promise<void> => {
  const facts = new Map<string, JobFacts>();
  out.remark("watching; Ctrl-C ends it");
  for await (const event of queue.watch(signal)) {
    const { id, state, share, worker, error } = event;
    if (!facts.has(id)) for (const fact of await queue.list([id])) facts.set(id, fact);
    const { title = "", what = shortId(id) } = facts.get(id) ?? {};
    out.result({ ...event, title, what });
    const said = [state, share !== undefined && `${Math.round(100 * share)} %`, worker && `by ${worker}`, error];
    out.text(`${title}: ${what}: ${said.filter(Boolean).join(", ")}`);
  }
};

const change = async (
  what: "cancel" | "retry",
  queue: ServedQueue,
  ids: readonly string[],
  flags: JobsFlags,
  out: Output,
): Promise<void> => {
  if (ids.length === 0 && !flags.all)
    throw new UsageError(`jobs ${what}: expected ids of work, or --all; see scorefield jobs list`);
  const jobs = await queue.list();
  const open =
    what === "cancel"
      ? states.filter((state) => !["done", "dead", "cancelled"].includes(state))
      : ["dead", "cancelled"];
  const those = (flags.all ? jobs : chosen(jobs, ids)).filter(({ state }) => open.includes(state));
  await queue[what](those.map(({ id }) => id));
  out.text(`${grouped(those.length)} pieces of work ${what === "cancel" ? "cancelled" : "are tried again"}`);
  out.result({ [what === "cancel" ? "cancelled" : "retried"]: those.map(({ id }) => id) });
};

const act = async (what: string, ids: readonly string[], flags: JobsFlags, signal: AbortSignal): Promise<void> => {
  const action = actions.find((one) => one === what);
  if (!action) throw new UsageError(unknownWord("jobs", what, actions));
  if (ids.length > 0 && (action === "list" || action === "watch"))
    throw new UsageError(`jobs ${action}: expected no ids, found ${ids.join(" ")}`);
  const out = output(flags);
  const queue = await queueOf(flags, out);
  try {
    if (action === "watch") return await watch(queue, out, signal);
    if (action !== "list") return await change(action, queue, ids, flags, out);
    const [jobs, versions] = [await queue.list(), await queue.versions()];
    out.text(listText(jobs, flags));
    out.result({ versions, jobs: flags.state ? jobs.filter(({ state }) => state === flags.state) : jobs });
  } finally {
    await queue.close();
  }
};

/** Adds the command to the program. */
export const addJobs = (program: Command): void => {
  const command = program
    .command("jobs")
    .description(
      "Shows the work of a queue: what is being done, by which worker, what waits, and what is dead, with the cause. Dead work has failed in all its attempts. Cancelled work is stopped within a second, also while it is done. Both can be tried again.",
    )
    .argument("<action>", "list, watch, cancel or retry")
    .argument("[ids...]", "for cancel and retry: the first characters of ids, as list shows them")
    .addOption(oneOf("--state <state>", "list only work in this state", states))
    .option("--all", "list all work; cancel all that is not done; retry all that is dead or cancelled")
    .option("--json", "print the result as JSON")
    .action((what: string, ids: readonly string[], flags: JobsFlags) =>
      interruptible((signal) => act(what, ids, flags, signal), "stopping"),
    );
  withQueueOptions(command);
  withExamples(command, [
    "scorefield jobs list --queue redis://queue.example:6379",
    "scorefield jobs list --queue redis://queue.example:6379 --state dead",
    "scorefield jobs watch --queue redis://queue.example:6379",
    "scorefield jobs cancel --all --queue redis://queue.example:6379",
    "scorefield jobs retry 3f2a9c10d4 --queue redis://queue.example:6379",
  ]);
};
