/** Times as people say them. */

/** Seconds as people say them: 8 s, 2 min 05 s, 1 h 10 min. */
export const duration = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${`${whole % 60}`.padStart(2, "0")} s`;
  return `${Math.floor(whole / 3600)} h ${`${Math.floor((whole % 3600) / 60)}`.padStart(2, "0")} min`;
};
