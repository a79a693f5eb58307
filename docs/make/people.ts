/**
 * The spreadsheet of docs/tables.md: 2,000 people who do not exist. `npm run bench docs/make/people.ts people.csv`
 */
import { writeFileSync } from "node:fs";
import { normal, uniform } from "@scorefield/core";

const [file = "people.csv"] = process.argv.slice(2).filter((word) => word !== "--");
const count = 2000;
// One for each: draws of the same seed are of the same bits.
const seeds = { places: 12, deviations: 13 };

const firstNames =
  "Ana Ben Chloe David Emma Farid Greta Hugo Ines Jan Klara Luc Mia Noah Olga Paul Rosa Sami Tina Yann";
const lastNames =
  "Adler Blanc Costa Dubois Eriksson Ferrari Garcia Huber Ivanov Janssen Keller Lopez Meyer Novak Olsen Petit Rossi Silva Torres Weber";
const pay = { Paris: 1.2, London: 1.3, Rome: 0.95, Madrid: 0.9, Lisbon: 0.75 };
const cities = { Paris: 0.34, London: 0.26, Rome: 0.18, Madrid: 0.14, Lisbon: 0.08 };
const schooling = { school: 0.35, college: 0.4, university: 0.25 };
const worth = { school: 24_000, college: 31_000, university: 42_000 };

/** The level at a place in [0, 1), by the levels' shares. */
const levelAt = <K extends string>(shares: Readonly<Record<K, number>>, place: number): K => {
  const levels = Object.keys(shares) as K[];
  let rest = place;
  return levels.find((level) => (rest -= shares[level]) < 0) ?? levels.at(-1)!;
};
const nameAt = (names: string, place: number): string => {
  const all = names.split(" ");
  return all[Math.floor(place * all.length)]!;
};
const day = (days: number): string => new Date(Date.UTC(2010, 0, 1 + days)).toISOString().slice(0, 10);
const lastDay = 5478;

const lines = ["id,name,age,city,education,team,hired,last_review,income,bonus,satisfied"];
for (let i = 0; i < count; i++) {
  const u = Array.from(uniform([1, 12], { seed: seeds.places, firstSample: i, dtype: "float64" }).data);
  const z = Array.from(normal([1, 3], { seed: seeds.deviations, firstSample: i, dtype: "float64" }).data);
  const age = Math.round(Math.min(67, Math.max(18, 41 + 12 * z[0]!)));
  const city = levelAt(cities, u[2]!);
  const education = age < 23 ? levelAt({ school: 0.9, college: 0.1 }, u[3]!) : levelAt(schooling, u[3]!);
  const team = 1 + Math.floor(6 * u[4]!);
  // Nobody was hired before the age of 18, or before 2010.
  const hired = Math.floor(lastDay - Math.min(lastDay, (age - 17) * 365) * u[5]! ** 1.5);
  const review = hired + Math.floor((lastDay - hired) * Math.sqrt(u[6]!));
  const experience = Math.exp(0.018 * Math.min(age - 20, 30));
  const income = 100 * Math.round((pay[city] * worth[education] * experience * Math.exp(0.15 * z[1]!)) / 100);
  const bonus = u[7]! < (team % 2 === 0 ? 0.6 : 0.2) ? 0.08 * income * Math.exp(0.5 * z[2]!) : 0;
  const satisfied = u[8]! < 1 / (1 + Math.exp((33_000 - income) / 12_000 - (bonus > 0 ? 0.6 : 0)));
  const cells = [
    `${i + 1}`.padStart(4, "0"),
    `${nameAt(firstNames, u[0]!)} ${nameAt(lastNames, u[1]!)}`,
    age,
    city,
    u[9]! < 0.05 ? "" : education,
    team,
    day(hired),
    day(review),
    // The young keep their income to themselves more often.
    u[10]! < (age < 30 ? 0.15 : 0.04) ? "" : income,
    bonus.toFixed(2),
    u[11]! < 0.08 ? "" : satisfied ? "yes" : "no",
  ];
  lines.push(cells.join(","));
}
writeFileSync(file, `${lines.join("\n")}\n`);
console.log(`wrote ${file}`);
