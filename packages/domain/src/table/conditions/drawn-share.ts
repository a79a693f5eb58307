/** A share of draws with its standard error. */
export interface DrawnShare {
  readonly share: number;
  /** Root of share (1 - share) / draws. */
  readonly standardError: number;
  readonly draws: number;
}

/** The share of some draws. */
export const drawnShare = (count: number, draws: number): DrawnShare => {
  const share = count / draws;
  return { share, standardError: Math.sqrt((share * (1 - share)) / draws), draws };
};
