/** `scorefield/core`: all of the mathematics, for parts of one's own. */
import "#runtime";

export * from "@scorefield/core";
