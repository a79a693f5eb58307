/** The bits of IEEE 754's binary16. */

const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** The 16 bits of the float16 nearest to a number, ties to even; infinite from 65520. */
export const halfBits = (value: number): number => {
  single[0] = value;
  const sign = (bits[0]! >>> 16) & 0x8000;
  if (Number.isNaN(value)) return 0x7e00;
  const magnitude = Math.abs(single[0]!);
  const exponent = Math.max(((bits[0]! >>> 23) & 0xff) - 127, -14);
  if (exponent > 15) return sign | 0x7c00;
  // In units of the last place. A unit too many carries into the exponent, up to infinity.
  const units = magnitude / 2 ** (exponent - 10);
  const down = Math.floor(units);
  const rest = units - down;
  const rounded = rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
  return sign | ((exponent + 14) * 1024 + rounded);
};
