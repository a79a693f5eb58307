/** What is asked of the many numbers of a long column. */

const minus = 45;
const zero = 48;
const nine = 57;

/**
 * Where the mark of a plain number stands: digits after perhaps a minus, with one point (position + 1), one comma
 * (-position - 1), or neither (0). Undefined for other texts.
 */
export const quickMark = (cell: string): number | undefined => {
  const start = cell.charCodeAt(0) === minus ? 1 : 0;
  let mark = 0;
  for (let i = start; i < cell.length; i++) {
    const c = cell.charCodeAt(i);
    if (c >= zero && c <= nine) continue;
    if (mark !== 0 || i === start || i === cell.length - 1) return;
    if (c === 46) mark = i + 1;
    else if (c === 44) mark = -i - 1;
    else return;
  }
  return cell.length > start ? mark : undefined;
};

/**
 * Decimals of the shortest text that reads back as the number, or `enough` where it has no more.
 * @param enough decimals that are known of another number already
 */
export const decimalsOf = (value: number, enough: number): number => {
  if (Number.isInteger(value)) return 0;
  // Writing a number out takes far longer than this.
  const power = 10 ** enough;
  if (enough < 16 && Math.abs(value) * power < 2 ** 52 && Math.round(value * power) / power === value) return enough;
  const [digits = "", exponent = "0"] = `${value}`.split("e");
  return Math.max(0, (digits.split(".")[1] ?? "").length - Number(exponent));
};
