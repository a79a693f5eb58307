/** The planar sets by name; a test keeps this in step with `planarSets`. */
export const planarNames = ["moons", "spirals", "checkerboard", "rings", "pinwheel", "swiss-roll"] as const;

/** The name of a planar set. */
export type PlanarName = (typeof planarNames)[number];
