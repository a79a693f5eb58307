/** What a training needs on another machine: its record and its data, as a content of the store. */
import { type DividedTraining, dividedTraining } from "@scorefield/core/internal";
import { RunError } from "../errors.ts";
import { recipeParts } from "../recipe/resolve.ts";
import { type PreparedRun, trainOptions } from "../run/prepared-run.ts";
import { readRecord } from "../run/record-file.ts";
import { resumeRun } from "../run/resume-run.ts";
import { checkInside } from "./kept-runs.ts";
import { movedRecord, putMoved } from "./moved-record.ts";
import type { Store } from "./store.ts";
import { putList } from "./stored-places.ts";
import type { Content } from "./work.ts";
import { cachedPlace, type WorkerCache } from "./worker-cache.ts";

/** @throws RunError for a run that one machine has to train */
export const checkTogether = ({ path, record, data }: PreparedRun): void => {
  const { recipe, domain } = data;
  const refuse = (what: string, fix: string): never => {
    throw new RunError(`${path}: expected a run that machines can train together, found ${what}; ${fix}`);
  };
  if (recipe.latent) refuse("one of latents", "train its autoencoder and model on one machine");
  if (record.flowMap) refuse("a flow map", "distil it on one machine");
  if (recipe.training.steps === undefined)
    refuse("one that goes by the clock", "give its number of steps with --steps");
  if (recipeParts(recipe).network.levels !== undefined) refuse("a forest", "grow it on one machine");
  if (recipe.training.precision === "mixed") refuse("one in mixed precision", 'set training.precision to "float32"');
  if (!domain.paths && recipe.data.path !== undefined)
    refuse(`data of the domain ${domain.kind}, which does not say where its files are`, "give the domain paths");
};

/** Keeps a run's record and data for other machines. @throws JobError as {@link Store.put} */
export const keepProject = async ({ path, record, data }: PreparedRun, store: Store): Promise<Content> => {
  const { record: own, moved } = movedRecord(path, { record, domain: data.domain });
  const files = await putMoved(store, moved);
  const text = new TextEncoder().encode(JSON.stringify(own));
  return putList(store, [...files, { path: "run.json", content: await store.put(text) }]);
};

const placeOf = (project: Content, cache: WorkerCache): Promise<string> =>
  cachedPlace("projects", { ...project, folder: true }, "", cache);

/** The run of a project, copied to this machine once. Its data are read below its own folder, and nowhere else. */
const openProject = async (project: Content, cache: WorkerCache): Promise<PreparedRun> => {
  const path = await placeOf(project, cache);
  checkInside({ path, ...(await readRecord(path)) });
  return resumeRun(path);
};

let current: { readonly sha256: string; readonly training: Promise<DividedTraining> } | undefined;

/**
 * The training of a project, with what is compiled for it. The last one is kept, for the next piece of work.
 * @throws JobError as {@link Store.get}; RunError, DataError for what is no project
 */
export const projectTraining = async (project: Content, cache: WorkerCache): Promise<DividedTraining> => {
  if (current?.sha256 === project.sha256) {
    const { training } = current;
    // Its data are read while it trains: they are still used.
    await placeOf(project, cache);
    return training;
  }
  const before = current?.training;
  const make = async (): Promise<DividedTraining> => {
    await (await before?.catch(() => undefined))?.dispose();
    const { data } = await openProject(project, cache);
    const { heldOut: _, ...options } = trainOptions(data, recipeParts(data.recipe));
    return dividedTraining(options);
  };
  const training = make();
  current = { sha256: project.sha256, training };
  training.catch(() => {
    // Another project may be in its place by now.
    if (current?.training === training) current = undefined;
  });
  return training;
};
