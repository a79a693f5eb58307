/** A store by its name. */
import { folderStore } from "./folder-store.ts";
import { openS3 } from "./queue-package.ts";
import type { Store } from "./store.ts";

/**
 * @param place a folder that all machines share, or `s3://bucket/prefix`
 * @throws JobError where a package is missing
 */
export const openStore = async (place: string): Promise<Store> =>
  place.startsWith("s3://") ? openS3(place) : folderStore(place);
