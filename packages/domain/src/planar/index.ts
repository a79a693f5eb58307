export { type PlanarSettings, planar } from "./domain.ts";
export { type PlanarName, planarNames } from "./names.ts";
export {
  checkerboard,
  moons,
  type PlanarSampler,
  pinwheel,
  planarSets,
  rings,
  spirals,
  swissRoll,
} from "./sets.ts";
