/** Work on many machines, as data: queues, stores, workers, and errors of them. */
export { checkContent, copyChecked } from "./job/checked-copy.ts";
export { type Clock, realClock } from "./job/clock.ts";
export { codeVersion } from "./job/code-version.ts";
export { describeWork } from "./job/describe-work.ts";
export { identityOf, sha256 } from "./job/identity.ts";
export { JobError } from "./job/job-error.ts";
export {
  type Flow,
  type JobEvent,
  type JobFacts,
  type JobQueue,
  type JobState,
  type Lease,
  mostLapses,
} from "./job/job-queue.ts";
export { memoryQueue } from "./job/memory-queue.ts";
export type { QueueSettings, ServedQueue } from "./job/queue-package.ts";
export type { Store } from "./job/store.ts";
export type { TogetherOptions } from "./job/together-options.ts";
export type { RoundRecord } from "./job/together-state.ts";
export type { TogetherEvent } from "./job/train-in-rounds.ts";
export { trainTogether } from "./job/train-together.ts";
export {
  type Content,
  type Folder,
  folderSchema,
  type GatherWork,
  type GradientWork,
  type Receipt,
  receiptSchema,
  type ShardWork,
  type StepsWork,
  type Work,
  wholeId,
  workId,
  workSchema,
} from "./job/work.ts";
export { type Perform, type Performed, type WorkerEvent, type WorkerOptions, workOn } from "./job/work-on.ts";
