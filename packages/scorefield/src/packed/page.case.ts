/** A folder served on this machine, opened in Chromium. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { type Browser, type Page, chromium as playwright } from "playwright";
import { chromium, chromiumArguments } from "../../../../tools/chromium.ts";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
  ".json": "application/json",
};

/** Pages of a folder. */
export interface Pages {
  /** Opens a page. */
  open(path: string): Promise<Page>;
  close(): Promise<void>;
}

/** Serves a folder and starts Chromium. */
export const servePages = async (folder: string): Promise<Pages> => {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url!, "http://localhost");
    const body = await readFile(join(folder, decodeURIComponent(pathname))).catch(() => undefined);
    const type = types[extname(pathname)] ?? "application/octet-stream";
    response.writeHead(body ? 200 : 404, { "content-type": type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const browser: Browser = await playwright.launch({ executablePath: chromium!, args: chromiumArguments });
  return {
    open: async (path) => {
      const page = await browser.newPage();
      await page.goto(new URL(path, base).href);
      return page;
    },
    close: async () => {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
