/**
 * Nodes and weights of Gauss-Legendre quadrature on [0, 1], exact for polynomials of degree 2 count - 1: Newton's method
 * on the Legendre polynomial from the usual first guess (Abramowitz & Stegun 1964, 22.16.6 and 25.4.29).
 */
export const gaussLegendre = (count: number): { readonly nodes: number[]; readonly weights: number[] } => {
  const nodes: number[] = [];
  const weights: number[] = [];
  for (let i = 0; i < count; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 0;
    for (let round = 0; round < 100; round++) {
      let [before, value] = [1, x];
      for (let k = 2; k <= count; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
      slope = (count * (x * value - before)) / (x * x - 1);
      const change = value / slope;
      x -= change;
      if (Math.abs(change) < 1e-15) break;
    }
    nodes.push((1 - x) / 2);
    weights.push(1 / ((1 - x * x) * slope * slope));
  }
  return { nodes, weights };
};
