/** In which classes samples are drawn so that they are mixed as the data are. */

const most = 100;

/**
 * A list of classes to go through again and again. In a list of a hundred, each class has the share that it has among
 * the labels, by largest remainders, and is spread over the list. Where labels are unknown, or classes are many, every
 * class is there once.
 */
export const classSlots = (labels: ArrayLike<number> | undefined, classes: number): number[] => {
  const every = Array.from({ length: classes }, (_, k) => k);
  if (!labels || labels.length === 0 || classes > most) return every;
  const counts = new Float64Array(classes);
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]!++;
  const exact = Array.from(counts, (count) => (count / labels.length) * most);
  const slots = exact.map(Math.floor);
  const rest = most - slots.reduce((sum, n) => sum + n, 0);
  const byRemainder = [...every].sort((i, j) => exact[j]! - slots[j]! - (exact[i]! - slots[i]!) || i - j);
  for (const k of byRemainder.slice(0, rest)) slots[k]!++;
  // Rounds over the classes that are not used up, so that the first samples show all of them.
  const list: number[] = [];
  while (list.length < most)
    for (const k of every)
      if (slots[k]! > 0) {
        slots[k]!--;
        list.push(k);
      }
  return list;
};
