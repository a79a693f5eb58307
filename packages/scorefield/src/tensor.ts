/**
 * `scorefield/tensor`: all of `@scorefield/tensor`, for networks, objectives and densities of one's own. Same names, same
 * types, so that what is made of them goes wherever a Scorefield function takes one.
 */
export * from "@scorefield/tensor";
