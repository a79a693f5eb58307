/** The page of a network in a browser: it is drawn, and a click shows an edge's data. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium as playwright } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromium, chromiumArguments } from "../../../../tools/chromium.ts";
import { networkPage } from "./network-page.ts";

describe.skipIf(chromium === undefined)("the page of a network", () => {
  const folder = mkdtempSync(join(tmpdir(), "scorefield-network-page-"));
  let browser: Browser;
  beforeAll(async () => {
    browser = await playwright.launch({ executablePath: chromium!, args: chromiumArguments });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  test("draws variables and edges; an edge shows its rows; unsure edges can be hidden", async () => {
    const names = ["a", "</script><b>", "c"];
    const network = {
      names,
      edges: [
        { from: "a", to: "</script><b>", directed: true, confidence: 0.9, correlation: 0.5 },
        { from: "</script><b>", to: "c", directed: false, confidence: 0.4, correlation: -0.2 },
      ],
    };
    const observations = { names, values: Float64Array.from({ length: 90 }, (_, i) => Math.sin(i)) };
    const path = join(folder, "network.html");
    writeFileSync(path, await networkPage(network, observations, { title: "t", about: [["data", "t"]], meaning: [] }));
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", ({ message }) => errors.push(message));
    await page.goto(pathToFileURL(path).href);
    const counts = await page.evaluate("[network.cy.nodes().length, network.cy.edges().length]");
    expect(counts).toEqual([3, 2]);
    // As a click on the edge does.
    await page.evaluate('network.cy.edges()[0].emit("tap")');
    expect(await page.textContent("#side h3")).toBe("a → </script><b>");
    expect(await page.locator("#side circle").count()).toBe(30);
    await page.locator("#least").fill("0.5");
    // The library computes styles at its next frame.
    await expect.poll(() => page.evaluate("network.cy.edges(':visible').length")).toBe(1);
    await page.locator("#find").fill("</s");
    expect(await page.locator("#side li").count()).toBe(2);
    expect(errors).toEqual([]);
  });
});
