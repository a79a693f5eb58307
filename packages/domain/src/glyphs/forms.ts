/** Shapes within the unit disc as signed distance functions, y pointing down as in images. */

/** Signed distance from (x, y) to the outline: negative inside. */
export type Form = (x: number, y: number) => number;

const disc =
  (cx: number, cy: number, radius: number): Form =>
  (x, y) =>
    Math.hypot(x - cx, y - cy) - radius;

/**
 * The polygon with these vertices: distance to the nearest edge, its sign from the parity of the edges that a ray
 * to the right crosses.
 */
const polygon = (vertices: readonly (readonly [number, number])[]): Form => {
  const n = vertices.length;
  const edges = new Float64Array(5 * n);
  vertices.forEach(([ax, ay], i) => {
    const [bx, by] = vertices[(i + 1) % n]!;
    edges.set([ax, ay, bx - ax, by - ay, 1 / ((bx - ax) ** 2 + (by - ay) ** 2)], 5 * i);
  });
  return (x, y) => {
    let nearest = Number.POSITIVE_INFINITY;
    let inside = false;
    for (let k = 0; k < edges.length; k += 5) {
      const ux = x - edges[k]!;
      const uy = y - edges[k + 1]!;
      const ex = edges[k + 2]!;
      const ey = edges[k + 3]!;
      const along = Math.min(1, Math.max(0, (ux * ex + uy * ey) * edges[k + 4]!));
      const dx = ux - along * ex;
      const dy = uy - along * ey;
      nearest = Math.min(nearest, dx * dx + dy * dy);
      if (uy < 0 !== uy < ey && ux * Math.abs(ey) < uy * ex * Math.sign(ey)) inside = !inside;
    }
    return inside ? -Math.sqrt(nearest) : Math.sqrt(nearest);
  };
};

/** Vertices on circles of the given radii in turn, the first at the top. */
const wheel = (points: number, ...radii: number[]): [number, number][] =>
  Array.from({ length: points }, (_, i) => {
    const angle = (2 * Math.PI * i) / points;
    const radius = radii[i % radii.length]!;
    return [radius * Math.sin(angle), -radius * Math.cos(angle)];
  });

const triangle = polygon(wheel(3, 1));
const square = polygon(wheel(4, 1));
const whole = disc(0, 0, 1);

/** A square on its corner and two discs on its upper sides, fitted into the unit disc. */
const heart: Form = (x, y) => {
  // Half diagonal 1, discs of radius 1/sqrt 2 about (+-1/2, -1/2); about (0, -0.261) all lies within 1.262.
  const size = 0.792;
  const px = Math.abs(x) / size;
  const py = y / size - 0.261;
  const diamond = (px + Math.abs(py) - 1) * Math.SQRT1_2;
  return size * Math.min(diamond, Math.hypot(px - 0.5, py + 0.5) - Math.SQRT1_2);
};

/** The shapes by name, each a function of its stroke width from 0, thin, to 1, thick. */
export const forms = {
  disc: () => whole,
  ring: (stroke) => {
    const half = 0.1 + 0.12 * stroke;
    return (x, y) => Math.abs(Math.hypot(x, y) - (1 - half)) - half;
  },
  triangle: () => triangle,
  square: () => square,
  cross: (stroke) => {
    const a = 0.16 + 0.14 * stroke;
    const b = Math.sqrt(1 - a * a);
    return polygon([
      [a, -b],
      [a, -a],
      [b, -a],
      [b, a],
      [a, a],
      [a, b],
      [-a, b],
      [-a, a],
      [-b, a],
      [-b, -a],
      [-a, -a],
      [-a, -b],
    ]);
  },
  star: (stroke) => polygon(wheel(10, 1, 0.36 + 0.14 * stroke)),
  heart: () => heart,
  crescent: (stroke) => {
    const bite = disc(0.75 - 0.3 * (1 - stroke), 0, 0.8);
    return (x, y) => Math.max(whole(x, y), -bite(x, y));
  },
  arrow: (stroke) => {
    const a = 0.14 + 0.12 * stroke;
    return polygon([
      [0, -1],
      [0.78, -0.05],
      [a, -0.05],
      [a, 0.95],
      [-a, 0.95],
      [-a, -0.05],
      [-0.78, -0.05],
    ]);
  },
  corner: (stroke) => {
    const a = 0.3 + 0.2 * stroke;
    return polygon([
      [-0.7, -0.7],
      [-0.7 + a, -0.7],
      [-0.7 + a, 0.7 - a],
      [0.7, 0.7 - a],
      [0.7, 0.7],
      [-0.7, 0.7],
    ]);
  },
} as const satisfies Record<string, (stroke: number) => Form>;
