/** Loading a graph: as one model, or with large constants beside it. */
import type { OnnxGraph } from "../graph/onnx-model.ts";
import { modelFiles } from "../onnx/external-data.ts";
import type { Runtime, Session } from "./runtime.ts";

/** @throws RuntimeError when the runtime cannot load it */
export const loadGraph = (runtime: Runtime, graph: OnnxGraph): Promise<Session> => {
  const { model, externalData } = modelFiles(graph, runtime.modelLimit);
  return runtime.load(model, externalData);
};
