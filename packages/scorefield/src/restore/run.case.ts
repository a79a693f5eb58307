/** Runs whose model is known exactly, for tests of what is done with them. */
import { exact, edm, gaussian, heun, type ScoreModel } from "@scorefield/core";
import { arrays, images, table } from "@scorefield/domain/all";
