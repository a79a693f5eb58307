import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readEventTable } from "./event-csv.ts";
import { areEventColumns } from "./momentum-columns.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-event-csv-"));
});
afterAll(() => rm(folder, { recursive: true }));

const read = async (content: string, options = {}) => {
  const path = join(folder, "events.csv");
  await writeFile(path, content);
  return readEventTable(path, options);
};
const kindsOf = ({ kind, kinds }: Awaited<ReturnType<typeof read>>) => Array.from(kind, (code) => kinds[code]);

const recorded = `Run,Event,pt1,eta1,phi1,Q1,iso1,pt2,eta2,phi2,Q2,iso2
165617,74969122,54.7,-0.43,2.57,1,0.5,34.2,-0.99,-0.5,-1,3.4
165617,75138253,24.6,-2.05,2.87,-1,0,28.5,0.39,-1.99,-1,0
`;

test("reads numbered particles, whose kinds a file need not say", async () => {
  const events = await read(recorded);
  expect(kindsOf(events)).toEqual(["x+", "x-", "x-", "x-"]);
  expect([...events.vectors.subarray(0, 4)]).toEqual([54.7, -0.43, 2.57, 0]);
  expect(events.remarks[0]).toMatch(/does not say what the particles are/);
  const muons = await read(recorded, { particles: ["mu", "mu"] });
  expect(kindsOf(muons)).toEqual(["mu+", "mu-", "mu-", "mu-"]);
  expect(muons.vectors[3]).toBe(0.105658);
  expect(muons.remarks).toEqual([]);
});

test("reads components, masses of energies, particles that are missing, and names of processes", async () => {
  const momenta = await read(
    "E1,px1,py1,pz1,E2,px2,py2,pz2,weight\n50,30,0,-40,65,0,25,0,2\n13,3,4,12,,,,,1\n13,3,4,12,,,,,1\n",
  );
  expect([...momenta.first]).toEqual([0, 2, 3, 4]);
  expect([...momenta.weights]).toEqual([2, 1, 1]);
  const [pt, eta, phi, mass, ...second] = momenta.vectors;
  expect([pt, phi, mass]).toEqual([30, 0, 0]);
  expect(eta).toBeCloseTo(Math.asinh(-4 / 3), 14);
  expect(second[3]).toBe(60);
  const named = await read(
    "process,pt1,eta1,phi1,pt2,eta2,phi2,m2\nmu- j,10,0,0,20,1,1,3\nmu-,10,0,0,,,,\ne-,11,0,0,,,,\n",
  );
  expect(kindsOf(named)).toEqual(["mu-", "j", "mu-", "e-"]);
  expect(named.vectors[7]).toBe(3);
});

test("reads a row for each particle", async () => {
  const events = await read("event,pdg,px,py,pz,E\n7,13,3,4,0,5\n7,-13,-3,-4,0,5\n9,22,0,1,0,1\n");
  expect([...events.first]).toEqual([0, 2, 3]);
  expect(kindsOf(events)).toEqual(["mu-", "mu+", "gamma"]);
  await expect(read("event,px,py,pz\n7,3,4,0\n8,1,1,1\n7,-3,-4,0\n")).rejects.toThrow(/row 4, .*found event 7 again/);
});

test.each([
  ["a table of others", "age,city\n3,Paris\n4,Rome\n", /expected columns of four-vectors/],
  ["a momentum of 0", recorded.replace("54.7", "0"), /row 2, column "pt1": expected the momentum of a particle/],
  ["a negative mass", "pt1,eta1,phi1,m1,pt2,eta2,phi2\n1,1,1,-1,1,1,1\n2,2,2,2,2,2,2\n", /found a mass of -1/],
  ["an angle that is text", recorded.replace("2.57", "north"), /row 2, column "pt1".*not finite/],
  [
    "an energy below the momentum",
    "E1,px1,py1,pz1,E2,px2,py2,pz2\n3,3,4,0,9,1,1,1\n9,3,4,0,9,1,1,1\n",
    /energy of 3 below/,
  ],
  [
    "other names than particles",
    "process,pt1,eta1,phi1,pt2,eta2,phi2\ne-,1,1,1,1,1,1\ne- j,2,1,1,1,1,1\n",
    /a name for each of 2/,
  ],
])("refuses %s", async (_, content, message) => {
  await expect(read(content)).rejects.toThrow(message);
});

test("refuses names for other numbers of particles, and unknown options", async () => {
  await expect(read(recorded, { particles: ["mu"] })).rejects.toThrow(/name each of the 2.*found 1 names/);
  await expect(read(recorded, { kinds: [] })).rejects.toThrow(/kinds/);
});

test("tells tables of events by the names of their columns", () => {
  const are = (names: string) => areEventColumns(names.split(","));
  expect(are("Run,E1,px1,py1,pz1,E2,px2,py2,pz2,M")).toBe(true);
  expect(are("event,px,py,pz,E")).toBe(true);
  expect(are("pt1,eta1,phi1")).toBe(false);
  expect(are("x1,y1,x2,y2")).toBe(false);
  expect(are("e,m,q,pt")).toBe(false);
});
