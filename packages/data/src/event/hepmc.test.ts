import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readHepmc } from "./hepmc.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-hepmc-"));
});
afterAll(() => rm(folder, { recursive: true }));

const good = `HepMC::Version 3.02.05
HepMC::Asciiv3-START_EVENT_LISTING
W Weight
T generator\\|1.0
E 0 1 4
U MEV MM
W 2.0 1.0
A 0 signal_process_id 221
P 1 0 11 0.0 0.0 45600.0 45600.0 0.511 4
P 2 0 -11 0.0 0.0 -45600.0 45600.0 0.511 4
V -1 0 [1,2]
P 3 -1 13 30000.0 0.0 34343.0 45600.0 105.66 1
P 4 -1 -13 -30000.0 0.0 -34343.0 45600.0 105.66 1
E 1 0 1 @ 0.0 0.0 0.0 0.0
U GEV MM
P 1 0 22 0.0 5.0 0.0 5.0 0.0 1
HepMC::Asciiv3-END_EVENT_LISTING

`;

const read = async (content: string) => {
  const path = join(folder, "events.hepmc");
  await writeFile(path, content);
  return readHepmc(path);
};

test("gives final particles in GeV and first weights", async () => {
  const events = await read(good);
  expect(events.count).toBe(2);
  expect([...events.first]).toEqual([0, 2, 3]);
  expect(Array.from(events.kind, (code) => events.kinds[code])).toEqual(["mu-", "mu+", "gamma"]);
  expect([...events.weights]).toEqual([2, 1]);
  expect(events.vectors[0]).toBeCloseTo(30, 12);
  expect(events.vectors[3]).toBeCloseTo(0.10566, 12);
  expect(events.vectors[10]).toBeCloseTo(Math.PI / 2, 12);
});

test.each([
  ["another file", "HepMC\n", /expected a HepMC3 ASCII file/],
  [
    "the format before",
    good.replace("Asciiv3-START", "IO_GenEvent-START"),
    /expected HepMC3's ASCII format, found that of HepMC2/,
  ],
  ["one that is cut off", good.slice(0, 420), /expected/],
  ["one without its end", good.replace("HepMC::Asciiv3-END_EVENT_LISTING", ""), /cut off/],
  ["fewer particles than an event says", good.replace("E 0 1 4", "E 0 1 7"), /row 14: expected 3 more particles/],
  ["another unit", good.replace("U MEV", "U TEV"), /expected momenta in GEV or MEV, found TEV/],
  ["a particle of text", good.replace("30000.0 0.0", "much 0.0"), /row 12: expected a particle line/],
  [
    "an event without final particles",
    good.replaceAll("105.66 1", "105.66 2"),
    /row 14: expected an event with outgoing/,
  ],
])("refuses %s", async (_, content, message) => {
  const error = await read(content).then(
    () => undefined,
    (found: unknown) => found as Error,
  );
  expect(error?.name).toBe("DataError");
  expect(error?.message).toMatch(message);
});
