/**
 * `scorefield/inverse`: what is seen of data (operators and noise), and what follows of the data: posteriors with any score
 * model as prior.
 */
import "#runtime";

export * from "@scorefield/inverse";
