/** What a training needs on another machine: its record and its data, as a content of the store. */
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { type DividedTraining, dividedTraining } from "@scorefield/core/internal";
import { movePaths } from "@scorefield/domain";
import { RunError } from "../errors.ts";
import { recipeParts } from "../recipe/resolve.ts";
import { type PreparedRun, trainOptions } from "../run/prepared-run.ts";
import { resumeRun } from "../run/resume-run.ts";
import { JobError } from "./job-error.ts";
import type { Store } from "./store.ts";
import { type Content, type Folder, folderSchema } from "./work.ts";

/** @throws RunError for a run that one machine has to train */
export const checkTogether = ({ path, record, data }: PreparedRun): void => {
  const { recipe, domain } = data;
  const refuse = (what: string, fix: string): never => {
    throw new RunError(`${path}: expected a run that machines can train together, found ${what}; ${fix}`);
  };
  if (recipe.latent) refuse("one of latents", "train its autoencoder and model on one machine");
  if (record.flowMap) refuse("a flow map", "distil it on one machine");
  if (recipe.training.steps === undefined) refuse("one that goes by the clock", "give its number of steps with --steps");
  if (recipeParts(recipe).network.levels !== undefined) refuse("a forest", "grow it on one machine");
  if (recipe.training.precision === "mixed") refuse("one in mixed precision", 'set training.precision to "float32"');
  if (!domain.paths && recipe.data.path !== undefined)
    refuse(`data of the domain ${domain.kind}, which does not say where its files are`, "give the domain paths");
};

/** Files below a path, or the file itself: pairs of the path below and the path. Hidden ones are left out. */
const filesOf = async (path: string, below: string): Promise<(readonly [string, string])[]> => {
  if (!(await stat(path)).isDirectory()) return [[below, path]];
  const names = (await readdir(path)).filter((name) => !name.startsWith(".")).sort();
  const all = [];
  for (const name of names) all.push(...(await filesOf(join(path, name), `${below}/${name}`)));
  return all;
};

/** Keeps a run's record and data for other machines. @throws JobError as {@link Store.put} */
export const keepProject = async ({ path, record, data }: PreparedRun, store: Store): Promise<Content> => {
  const training = record.training!;
  const folder: Folder = [];
  const moved: (readonly [string, string])[] = [];
  const recipe = {
    ...training.recipe,
    data: movePaths(data.domain, training.recipe.data, (file) => {
      const found = resolve(path, file);
      const below = `data/${moved.length}/${basename(found)}`;
      moved.push([below, found]);
      return below;
    }),
  };
  for (const [below, found] of moved)
    for (const [name, file] of await filesOf(found, below)) folder.push({ path: name, content: await store.put({ file }) });
  const text = JSON.stringify({ ...record, training: { ...training, recipe } });
  folder.push({ path: "run.json", content: await store.put(new TextEncoder().encode(text)) });
  const list = new TextEncoder().encode(JSON.stringify(folder));
  return { ...(await store.put(list)), folder: true };
};

/** Copies a folder of the store to this machine, once. @returns its path */
const copyFolder = async (content: Content, { store, cache }: { store: Store; cache: string }): Promise<string> => {
  const path = join(cache, content.sha256);
  if (await stat(path).catch(() => undefined)) return path;
  let files: Folder;
  try {
    files = folderSchema.parse(JSON.parse(new TextDecoder().decode(await store.get(content))));
  } catch (cause) {
    if (cause instanceof JobError) throw cause;
    throw new JobError(`${store.title}: expected ${content.sha256} to be the list of a folder's files, found another content`, { cause });
  }
  const aside = `${path}.${process.pid}.tmp`;
  await rm(aside, { recursive: true, force: true });
  try {
    for (const { path: name, content: file } of files) {
      await mkdir(dirname(join(aside, name)), { recursive: true });
      await store.copyTo(file, join(aside, name));
    }
    await rename(aside, path).catch(async (error) => {
      // Another process of this machine was faster.
      if (!(await stat(path).catch(() => undefined))) throw error;
    });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return path;
};

let current: { readonly sha256: string; readonly training: Promise<DividedTraining> } | undefined;

/**
 * The training of a project, with what is compiled for it. The last one is kept, for the next piece of work.
 * @param cache a folder of this machine
 * @throws JobError as {@link Store.get}; RunError, DataError for what is no project
 */
export const projectTraining = (
  project: Content,
  { store, cache }: { readonly store: Store; readonly cache: string },
): Promise<DividedTraining> => {
  if (current?.sha256 === project.sha256) return current.training;
  const before = current?.training;
  const make = async (): Promise<DividedTraining> => {
    await (await before?.catch(() => undefined))?.dispose();
    const { data } = await resumeRun(await copyFolder(project, { store, cache }));
    const { heldOut: _, ...options } = trainOptions(data, recipeParts(data.recipe));
    return dividedTraining(options);
  };
  const training = make();
  current = { sha256: project.sha256, training };
  training.catch(() => {
    current = undefined;
  });
  return training;
};
