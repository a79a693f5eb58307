import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Events } from "./events.ts";
import { readLhe } from "./lhe.ts";
import { lheText } from "./lhe-write.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-lhe-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Two quarks to a Z and a gluon; the Z has decayed to muons. */
const good = `<?xml version="1.0"?>
<LesHouchesEvents version="3.0">
<header>
<!-- 5 of <event> -->
</header>
<init>
 2212 2212 6.5D+03 6.5D+03 0 0 247000 247000 -4 1
</init>
<event>
 6 1 +2.5D+00 91.2 0.0075 0.118
  2 -1 0 0 501 0 0.0 0.0 100.0 100.0 0.0 0. 1.
 -2 -1 0 0 0 502 0.0 0.0 -50.0 50.0 0.0 0. 1.
 23 2 1 2 0 0 -3.0 -4.0 40.0 140.0 91.2 0. 0.
 -13 1 3 3 0 0 27.0 -36.0 10.0 46.1 0.10566 0. 1.
 13 1 3 3 0 0 -30.0 32.0 30.0 53.1 0.10566 0. -1.
 21 1 1 2 501 502 3.0 4.0 12.0 13.0 0.0 0. -1.
<mgrwt>
<rscale>  2 0.1</rscale>
</mgrwt>
</event>
<event group="1">
 2 1 2.5 91.2 0.0075 0.118
 11 1 0 0 0 0 30.0 0.0 0.0 30.0 0.0 0. 9.
 -11 1 0 0 0 0 -30.0 0.0 40.0 50.0 0.0 0. 9.
# a comment of the generator
</event>
</LesHouchesEvents>
`;

const write = async (name: string, content: string | Uint8Array): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
};

test("gives outgoing particles in GeV, gzip or not, with the weight of each event", async () => {
  const events = await readLhe(await write("good.lhe", good));
  expect(events.count).toBe(2);
  expect([...events.first]).toEqual([0, 3, 5]);
  expect(Array.from(events.kind, (code) => events.kinds[code])).toEqual(["mu+", "mu-", "j", "e-", "e+"]);
  expect([...events.weights]).toEqual([2.5, 2.5]);
  const [pt, eta, phi, mass] = events.vectors;
  expect(pt).toBeCloseTo(45, 12);
  expect(eta).toBeCloseTo(Math.asinh(10 / 45), 12);
  expect(phi).toBeCloseTo(Math.atan2(-36, 27), 12);
  expect(mass).toBe(0.10566);
  expect(await readLhe(await write("good.lhe.gz", gzipSync(good)))).toEqual(events);
});

test("reads what it writes, to rounding", async () => {
  const events = await readLhe(await write("good.lhe", good));
  const again = await readLhe(await write("again.lhe", [...lheText(events)].join("")));
  expect([...again.first]).toEqual([...events.first]);
  expect(Array.from(again.kind, (code) => again.kinds[code])).toEqual(
    Array.from(events.kind, (code) => events.kinds[code]),
  );
  for (const [i, value] of events.vectors.entries()) expect(again.vectors[i]).toBeCloseTo(value, 11);
});

test("does not write particles of unnamed kinds", () => {
  const events: Events = {
    count: 1,
    first: Int32Array.of(0, 1),
    kinds: ["x+"],
    kind: Int32Array.of(0),
    vectors: Float64Array.of(1, 0, 0, 0),
    weights: Float64Array.of(1),
    remarks: [],
  };
  expect(() => [...lheText(events)]).toThrow(/kinds of particles that have a number.*found x\+/);
});

test.each([
  ["another file", "pt1,eta1\n1,2\n", /begins with <LesHouchesEvents>, found another file/],
  ["one that is cut off", good.slice(0, 700), /row \d+: expected .*(cut off|particle)/],
  ["one without its last line", good.slice(0, good.lastIndexOf("</Les")), /it is cut off/],
  [
    "an event of fewer particles than it says",
    good.replace(" 21 1 1 2", "# 21 1 1 2"),
    /expected a particle of at least 11/,
  ],
  [
    "an event that ends early",
    good.replace("\n 6 1 +2.5D", "\n 9 1 +2.5D"),
    /expected a particle of at least 11 numbers/,
  ],
  ["a number that is none", good.replace("27.0 -36.0", "27.0 nan"), /row 14: expected a particle/],
  ["a particle along the beam", good.replace(" 27.0 -36.0", " 0.0 0.0"), /row 14: .*a transverse momentum of 0/],
  ["no weight", good.replace("+2.5D+00", "heavy"), /row 10: expected the number of particles/],
  [
    "no events",
    `${good.slice(0, good.indexOf("<event>\n 6"))}</LesHouchesEvents>\n`,
    /expected at least one event, found none/,
  ],
])("refuses %s, saying where", async (name, content, message) => {
  const path = await write(`${name}.lhe`, content);
  const error = await readLhe(path).then(
    () => undefined,
    (found: unknown) => found as Error,
  );
  expect(error?.name).toBe("DataError");
  expect(error?.message).toMatch(message);
});

test("refuses damaged gzip", async () => {
  await expect(readLhe(await write("cut.lhe.gz", gzipSync(good).subarray(0, 300)))).rejects.toThrow(
    "a complete gzip file",
  );
});
