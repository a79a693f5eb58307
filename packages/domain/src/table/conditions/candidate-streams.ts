/**
 * Which samples are the candidates of a row. No two rows, draws or purposes share one, so that a row depends on the seed and
 * on its number alone.
 *
 * Candidate c of row i is sample i + 2^28 (c mod 16) of stream c / 16 of the seed. Candidate c of draw d of row i of a filled
 * table is sample i + 2^24 c + 2^28 (d mod 16) of stream d / 16.
 */

/** Candidates of a row in one stream; of filled rows, draws of a row in one stream. */
export const perStream = 16;
/** Rows at most, and how far candidates of a row are apart within a stream. */
export const mostRows = 2 ** 28;

/** The stream of `conditionShare`. Streams before it are of candidates. */
export const shareStream = 1024;
/** The stream of the rows that show whether ranges are rare. */
export const pilotStream = 1025;

/** The seed of a stream: streams of one seed differ, as streams of two seeds below 2^42 do. @param stream below 2048 */
export const streamSeed = (seed: number, stream: number): number => {
  const step = stream * 2 ** 42;
  return seed >= 2 ** 53 - step ? seed - (2 ** 53 - step) : seed + step;
};
