/**
 * `scorefield/assess`: how good samples are and what a score is like, as plain JSON; metrics, classifiers, anomaly detectors
 * and instruments. For a run on disk see `assessRun` of `scorefield`.
 */
import "#runtime";

export * from "@scorefield/assess";
