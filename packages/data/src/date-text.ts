/** A date as ISO 8601 writes it, in UTC, without a time of day where it is midnight. */
export const dateText = (date: Date): string => {
  const text = date.toISOString();
  return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text;
};
