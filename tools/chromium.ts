/** The Chromium that tests run pages in: one of this machine, found on PATH; none is ever downloaded. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Its file, if there is one. */
export const chromium = (process.env.PATH ?? "")
  .split(delimiter)
  .flatMap((folder) => ["chromium", "chromium-browser", "google-chrome"].map((name) => join(folder, name)))
  .find((file) => existsSync(file));

/** What it is started with. */
export const chromiumArguments = [
  // Chromium refuses to sandbox itself for root, as in a container.
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];
