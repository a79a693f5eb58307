import { playwright } from "@vitest/browser-playwright";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { chromium, chromiumArguments } from "./tools/chromium.ts";

// Workspace packages resolve to their TypeScript sources through the "source" export condition.
const resolve = { conditions: ["source"] };
const ssr = { resolve: { conditions: ["source"] } };

const browser = (executablePath: string): TestProjectInlineConfiguration => ({
  resolve,
  // Served from where they are installed, so that the engine finds its .wasm files beside its script.
  optimizeDeps: { exclude: ["onnxruntime-web"] },
  server: { fs: { allow: ["."] } },
  test: {
    name: "browser",
    include: ["packages/*/src/**/*.browser.test.ts"],
    testTimeout: 60_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      instances: [{ browser: "chromium" }],
      provider: playwright({
        launchOptions: {
          executablePath,
          args: chromiumArguments,
        },
      }),
    },
  },
});

if (chromium === undefined)
  console.warn("No chromium, chromium-browser or google-chrome on PATH: browser tests are skipped.");

// Tests neither rely on optimised models that earlier runs kept nor leave any, and texts have no colours whatever the
// machine asks for.
const env = { SCOREFIELD_CACHE: "off", FORCE_COLOR: "0" };

export default defineConfig({
  test: {
    // One for each core: by default a core is kept free, which is half of a machine with two.
    maxWorkers: "100%",
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts", "examples/**/*.test.ts", "bench/**/*.test.ts"],
          exclude: ["**/*.slow.test.ts", "**/*.browser.test.ts"],
          testTimeout: 20_000,
          env,
          // Loading the modules anew for each file took a third of the time. So a test puts back what it changes.
          isolate: false,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "slow",
          include: ["packages/*/src/**/*.slow.test.ts", "examples/**/*.slow.test.ts", "bench/**/*.slow.test.ts"],
          testTimeout: 600_000,
          env,
        },
      },
      ...(chromium === undefined ? [] : [browser(chromium)]),
    ],
  },
});
