/** Writes events as a Les Houches event file. */
import { checkMade } from "../check-call.ts";
import { DataError } from "../errors.ts";
import type { Events } from "./events.ts";
import { particleNumber } from "./particle-names.ts";

const number = (value: number): string => {
  const text = value.toExponential(15);
  return value < 0 ? text : ` ${text}`;
};

/** @throws DataError for a kind that has no number */
const numberOfKind = (kind: string): number => {
  const found = particleNumber(kind);
  if (found !== undefined) return found;
  throw new DataError({
    expected:
      "kinds of particles that have a number of the Particle Data Group, as a Les Houches event file names them",
    found: kind,
    fix: 'Write .csv, or say the kinds when the data are read, such as particles: ["mu", "mu"]',
  });
};

/**
 * Events as the content of a Les Houches event file, in pieces. It has the outgoing particles alone: what came in is not
 * known of them. A jet `j` is written as a gluon.
 * Source: Alwall et al. 2007.
 * @throws DataError for kinds that have no number, such as particles of an unnamed kind
 */
export function* lheText(events: Events): Generator<string> {
  checkMade("lheText", events, ["first", "kinds", "vectors"], "events such as those of readLhe");
  const numbers = events.kinds.map(numberOfKind);
  yield '<LesHouchesEvents version="3.0">\n<!-- Outgoing particles of events that a model drew; jets are written as gluons. -->\n';
  yield `<init>\n 0 0 0.0 0.0 0 0 0 0 3 1\n 1.0 0.0 1.0 1\n<generator name="scorefield"> </generator>\n</init>\n`;
  for (let i = 0; i < events.count; i++) {
    const [from, to] = [events.first[i]!, events.first[i + 1]!];
    const lines = [`<event>\n ${to - from} 1 ${number(events.weights[i]!)} -1.0 -1.0 -1.0`];
    for (let k = from; k < to; k++) {
      const [pt, eta, phi, mass] = events.vectors.subarray(4 * k, 4 * k + 4) as unknown as [
        number,
        number,
        number,
        number,
      ];
      const pz = pt * Math.sinh(eta);
      const energy = Math.hypot(pt * Math.cosh(eta), mass);
      const momentum = [pt * Math.cos(phi), pt * Math.sin(phi), pz, energy, mass].map(number).join(" ");
      lines.push(` ${numbers[events.kind[k]!]} 1 0 0 0 0 ${momentum} 0. 9.`);
    }
    yield `${lines.join("\n")}\n</event>\n`;
  }
  yield "</LesHouchesEvents>\n";
}
