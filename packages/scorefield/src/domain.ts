/** `scorefield/domain`: kinds of data: toy sets, and what a domain of one's own needs. */
export * from "@scorefield/domain";
