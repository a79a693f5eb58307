/** HepMC3 files in its ASCII format, which generators of whole collisions write. */
import { checkOptions, checkPath } from "../check-call.ts";
import { DataError } from "../errors.ts";
import { type Events, eventsBuilder } from "./events.ts";
import { knownReading, type ReadEventsOptions } from "./lhe.ts";
import { particleName } from "./particle-names.ts";
import { textLines } from "./text-lines.ts";

const start = "HepMC::Asciiv3-START_EVENT_LISTING";
const end = "HepMC::Asciiv3-END_EVENT_LISTING";
const older = "HepMC::IO_GenEvent-START_EVENT_LISTING";
/** The status of particles that leave the collision. */
const outgoing = 1;

/**
 * Reads the outgoing particles (status 1) of a HepMC3 ASCII file, gzip or not; momenta in MeV become GeV. Light quarks,
 * bottom quarks and gluons are all named `j`. The weight of an event is its first.
 * Source: Buckley et al. 2021, "The HepMC3 event record library for Monte Carlo event generators".
 * @throws DataError for another file, one that is cut off, and particles that are none, naming the line
 */
export const readHepmc = async (path: string, options: ReadEventsOptions = {}): Promise<Events> => {
  checkPath("readHepmc", path);
  checkOptions("readHepmc", options, knownReading);
  const builder = eventsBuilder();
  let row = 0;
  let [started, ended, inEvent] = [false, false, false];
  let [left, unit, weight] = [0, 1, 1];
  const refuse = (expected: string, found: string, fix = "Fetch or generate the file again"): never => {
    throw new DataError({ path, ...(row > 0 && { row }), expected, found, fix });
  };
  const close = (): void => {
    if (!inEvent) return;
    if (left > 0) refuse(`${left} more particles of the event`, "its end");
    if (builder.pending() === 0) refuse("an event with outgoing particles (status 1)", "one without");
    builder.end(weight);
    inEvent = false;
  };
  for await (const line of textLines(path, options.signal)) {
    row++;
    const words = line.trim().split(/\s+/);
    if (words[0] === start) started = true;
    else if (words[0] === older)
      refuse("HepMC3's ASCII format", "that of HepMC2", "Convert it with HepMC3's convert_example -i hepmc2 -o hepmc3");
    if (!started) continue;
    if (words[0] === end) {
      close();
      ended = true;
    } else if (words[0] === "E") {
      close();
      const particles = Number(words[3]);
      if (!(Number.isInteger(particles) && particles > 0))
        refuse("an event line: E, number, vertices, particles", JSON.stringify(line.trim()));
      [inEvent, left, unit, weight] = [true, particles, 1, 1];
    } else if (words[0] === "U") {
      if (words[1] !== "GEV" && words[1] !== "MEV") refuse("momenta in GEV or MEV", `${words[1]}`);
      unit = words[1] === "MEV" ? 1e-3 : 1;
    } else if (words[0] === "W" && inEvent) {
      weight = Number(words[1]);
      if (!Number.isFinite(weight)) refuse("the weight of an event", JSON.stringify(line.trim()));
    } else if (words[0] === "P") {
      const values = words.slice(1).map(Number);
      const [, , id = 0, px = 0, py = 0, pz = 0, energy = 0, mass = 0, status] = values;
      if (!inEvent || values.length < 9 || !values.slice(0, 9).every(Number.isFinite))
        refuse("a particle line of nine numbers within an event", JSON.stringify(line.trim()));
      left--;
      if (status !== outgoing) continue;
      const momentum = { px: unit * px, py: unit * py, pz: unit * pz, energy: unit * energy };
      const problem = builder.add(particleName(id), { ...momentum, mass: Math.max(0, unit * mass) });
      if (problem !== undefined) refuse("an outgoing particle with transverse momentum", problem);
    }
  }
  if (!started) {
    const found = row === 0 ? "an empty file" : "another file";
    row = 0;
    refuse(`a HepMC3 ASCII file, with ${start}`, found);
  }
  if (!ended) refuse(`${end} at the end`, "the end of the file: it is cut off");
  const events = builder.finish();
  if (events.count === 0) refuse("at least one event", "none");
  return events;
};
