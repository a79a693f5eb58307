/** Les Houches event files, which generators of hard collisions write. */
import type { Known } from "@scorefield/tensor/internal";
import { checkOptions, checkPath } from "../check-call.ts";
import { DataError } from "../errors.ts";
import { type Events, type EventsBuilder, eventsBuilder } from "./events.ts";
import { particleName } from "./particle-names.ts";
import { textLines } from "./text-lines.ts";

/** Options of readers of events. */
export interface ReadEventsOptions {
  readonly signal?: AbortSignal | undefined;
}

/** The names of {@link ReadEventsOptions}. */
export const knownReading = { signal: true } satisfies Known<ReadEventsOptions>;

/** Fortran writes 1.0D+02 for 1.0e+02. */
const numberOf = (word: string | undefined): number =>
  word === undefined || word === "" ? Number.NaN : Number(word.replace(/[dD]/, "e"));

const wordsOf = (line: string): string[] => line.trim().split(/\s+/);

const particleWords = 11;
/** Of particles that leave the collision; others are incoming, or have decayed. */
const outgoing = 1;

type Refuse = (expected: string, found: string) => never;

/** The line of a particle: number, status, two mothers, two colours, px, py, pz, energy, mass, and two more. */
const readParticle = (line: string, builder: EventsBuilder, refuse: Refuse): void => {
  const words = wordsOf(line);
  const values = words.map(numberOf);
  if (words.length < particleWords || values.slice(0, particleWords).some((value) => !Number.isFinite(value)))
    refuse(`a particle of at least ${particleWords} numbers`, JSON.stringify(line.trim()));
  const [id = 0, status, , , , , px = 0, py = 0, pz = 0, energy = 0, mass = 0] = values;
  if (status !== outgoing) return;
  // A mass is negative for particles off their shell towards space-like momenta; outgoing ones are on it to rounding.
  const problem = builder.add(particleName(id), { px, py, pz, energy, mass: Math.max(0, mass) });
  if (problem !== undefined) refuse("an outgoing particle with transverse momentum", problem);
};

/**
 * Reads the outgoing particles of a Les Houches event file, gzip or not. Light quarks, bottom quarks and gluons are all named
 * `j`. The weight of an event is its XWGTUP.
 * Source: Alwall et al. 2007, "A standard format for Les Houches event files".
 * @throws DataError for another file, one that is cut off, and particles that are none, naming the line
 */
export const readLhe = async (path: string, options: ReadEventsOptions = {}): Promise<Events> => {
  checkPath("readLhe", path);
  checkOptions("readLhe", options, knownReading);
  const builder = eventsBuilder();
  let row = 0;
  /** Lines of the event that are still to come: undefined outside, -1 before its first, 0 behind its particles. */
  let left: number | undefined;
  let weight = 1;
  let [root, ended] = [false, false];
  const refuse: Refuse = (expected, found) => {
    throw new DataError({ path, row, expected, found, fix: "Fetch or generate the file again" });
  };
  for await (const line of textLines(path, options.signal)) {
    row++;
    const text = line.trimStart();
    if (text.startsWith("<LesHouchesEvents")) root = true;
    if (text.startsWith("</LesHouchesEvents")) ended = true;
    if (left === undefined) {
      if (/^<event[\s>]/.test(text)) left = -1;
    } else if (text.startsWith("</event")) {
      if (left !== 0) refuse(left < 0 ? "the numbers of an event" : `${left} more particles`, "the end of the event");
      if (builder.pending() === 0) refuse("an event with outgoing particles", "one without");
      builder.end(weight);
      left = undefined;
    } else if (left < 0) {
      const [particles = Number.NaN, , own = Number.NaN] = wordsOf(line).map(numberOf);
      if (!(Number.isInteger(particles) && particles > 0) || !Number.isFinite(own))
        refuse("the number of particles, the process and the weight of an event", JSON.stringify(text));
      [left, weight] = [particles, own];
    } else if (left > 0) {
      readParticle(line, builder, refuse);
      left--;
    }
  }
  if (!root) {
    const found = row === 0 ? "an empty file" : "another file";
    row = 0;
    refuse("a Les Houches event file, which begins with <LesHouchesEvents>", found);
  }
  if (left !== undefined || !ended) refuse("</LesHouchesEvents> at the end", "the end of the file: it is cut off");
  const events = builder.finish();
  if (events.count === 0) refuse("at least one event", "none");
  return events;
};
