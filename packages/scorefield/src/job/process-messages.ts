/** What a worker and the process that computes for it say to each other. All of it is data. */
import type { Performed } from "./work-on.ts";

/** To the process: do this work, or stop it. */
export type ToProcess =
  | { readonly kind: "perform"; readonly id: number; readonly work: unknown }
  | { readonly kind: "abort"; readonly id: number };

/** An error in words, as it goes from one process to another. */
export interface SaidError {
  readonly name: string;
  readonly message: string;
  /** Whether another attempt may succeed, where the error knows. */
  readonly again?: boolean;
  /** Whether the machine was at fault, where the error knows. */
  readonly ofMachine?: boolean;
}

/** From the process. */
export type FromProcess =
  | { readonly kind: "progress"; readonly id: number; readonly share: number }
  | { readonly kind: "done"; readonly id: number; readonly performed: Performed }
  | { readonly kind: "failed"; readonly id: number; readonly error: SaidError };
