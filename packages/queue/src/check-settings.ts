/** Options that callers without types hand over. */
import { JobError } from "scorefield/job";

/**
 * @param name of the function, for the error
 * @param types of its options, as `typeof` says them
 * @throws JobError for what is no object, for options that are not known, and for other types
 */
export const checkSettings = (name: string, options: unknown, types: Readonly<Record<string, string>>): void => {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw new JobError(`${name}: expected an object of options, found ${options === null ? "null" : typeof options}`);
  for (const [key, value] of Object.entries(options)) {
    const type = Object.hasOwn(types, key) ? types[key] : undefined;
    if (type === undefined)
      throw new JobError(`${name}: expected the options ${Object.keys(types).join(", ")}, found ${key}; leave it out`);
    if (value !== undefined && typeof value !== type)
      throw new JobError(`${name}: expected ${key} to be a ${type}, found a ${typeof value}`);
  }
};
