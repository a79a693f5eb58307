import { fileURLToPath } from "node:url";

const pages = ["index.html", "real-time.html"];

// Vite's settings as a plain object, so that a folder without its own Vite can use them.
export default {
  base: "./",
  // A worker of onnxruntime-web is started from its own script, which Vite's development server must not rewrite.
  optimizeDeps: { exclude: ["onnxruntime-web"] },
  worker: { format: "es" as const },
  build: { rollupOptions: { input: pages.map((page) => fileURLToPath(new URL(page, import.meta.url))) } },
};
