/** `scorefield/assess`: metrics, classifiers, anomaly detectors and instruments. */
import "#runtime";

export * from "@scorefield/assess";
