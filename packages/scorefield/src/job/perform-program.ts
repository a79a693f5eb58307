/** The program that computes for a worker: see {@link "./work-process.ts"}. Its arguments: store, folder of its own and its bytes, threads. */
import { setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { openStore } from "./open-store.ts";
import { performWork } from "./perform-work.ts";
import { serveWork } from "./serve-work.ts";
import type { Store } from "./store.ts";

const [place = "", cache = "", cacheSize = "Infinity", threads = "1"] = process.argv.slice(2);
setDefaultRuntime(native({ threads: Number(threads) }));
let store: Store | undefined;
serveWork(async (work, options) => {
  store ??= await openStore(place);
  return await performWork(work, { store, cache, cacheSize: Number(cacheSize), ...options });
});
