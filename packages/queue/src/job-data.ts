/** What stands in BullMQ's jobs, in the words of {@link JobQueue}. */
import type { Job } from "bullmq";
import {
  describeWork,
  type JobFacts,
  type JobState,
  receiptSchema,
  type Work,
  workId,
  workSchema,
} from "scorefield/job";

/** What a job carries. */
export interface JobData {
  readonly work: Work;
  readonly title: string;
}

/** How far a job is, and who does it. */
export interface JobShare {
  readonly share: number;
  readonly worker: string;
}

/** Why a job that is cancelled failed, for BullMQ. */
export const cancelledReason = "cancelled";

/** The state of a job by BullMQ's name of it. */
export const stateOf = (state: string): JobState => {
  switch (state) {
    case "active":
    case "delayed":
      return state;
    case "completed":
      return "done";
    case "failed":
      return "dead";
    case "waiting-children":
      return "held";
    default:
      return "waiting";
  }
};

/** What a job carries, or why it is no work. Nothing of a queue is believed. */
export const readJob = (job: Job): JobData | { readonly wrong: string } => {
  const { work, title } = (job.data ?? {}) as Partial<JobData>;
  const parsed = workSchema.safeParse(work);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { wrong: `it is no work: ${issue?.path.join(".")}: ${issue?.message}` };
  }
  if (workId(parsed.data) !== job.id) return { wrong: "it is no work: its name is not that of what it holds" };
  return { work: parsed.data, title: typeof title === "string" ? title.slice(0, 1000) : "" };
};

const isShare = (value: unknown): value is JobShare =>
  typeof value === "object" && value !== null && typeof (value as JobShare).share === "number";

/** How far a job is, where it says so. */
export const shareOf = (value: unknown): Partial<JobShare> => {
  if (!isShare(value)) return {};
  return { share: value.share, ...(typeof value.worker === "string" && { worker: value.worker }) };
};

/** How often a job was begun, from 1, but for times that it was handed back: attempts that failed, and workers that were lost. */
export const attemptOf = ({ attemptsMade, stalledCounter }: Job): number => attemptsMade + (stalledCounter ?? 0) + 1;

/** What is known of a job. */
export const factsOf = (job: Job, state: JobState): JobFacts => {
  const read = readJob(job);
  const share = shareOf(job.progress).share;
  const worker = job.processedBy;
  const lost = job.stalledCounter > 0 && state === "waiting" ? `${worker ?? "a worker"} stopped answering` : undefined;
  const error = state === "done" ? undefined : (job.failedReason ?? lost);
  const receipt = receiptSchema.safeParse(job.returnvalue);
  return {
    id: job.id!,
    title: "wrong" in read ? "" : read.title,
    what: "wrong" in read ? read.wrong : describeWork(read.work),
    state,
    attempt: attemptOf(job) - (state === "active" ? 0 : 1),
    code: "wrong" in read ? "" : read.work.code,
    ...(worker !== undefined && { worker }),
    ...(share !== undefined && { share }),
    ...(error && { error }),
    ...(receipt.success && { receipt: receipt.data }),
  };
};
