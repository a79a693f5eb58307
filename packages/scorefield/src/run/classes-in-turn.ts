/** Classes that samples have one after the other, again and again, by their own numbers. */
export const classesFrom = (classes: readonly number[], firstSample: number, count: number): Int32Array =>
  Int32Array.from({ length: count }, (_, i) => classes[(firstSample + i) % classes.length]!);
