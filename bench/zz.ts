import { bic, cpdagOf, ges, hillClimb, structuralHammingDistance, exactSearch, scoreGraph } from "@scorefield/discover";
import { simulate } from "./linear-graphs.ts";
for (const [d, e] of [[100, 2],[300,1]] as const) {
  const { truth, observations } = simulate("erdos-renyi", { d, edges: e, rows: 1000, seed: 0 });
  const cpu = () => process.cpuUsage().user / 1e6;
  let t = cpu();
  const score = bic(observations);
  const g = await ges(score);
  console.log(d, "ges", cpu() - t, structuralHammingDistance(cpdagOf(truth), g.graph), g.score, scoreGraph(score, truth)); t = cpu();
  const h = await hillClimb(bic(observations));
  console.log(d, "hc", cpu() - t, structuralHammingDistance(cpdagOf(truth), h.graph), h.score);
}
for (const seed of [0,1,2]) {
  const { observations } = simulate("erdos-renyi", { d:10, edges: 2, rows: 1000, seed });
  const score = bic(observations);
  const t = process.cpuUsage().user / 1e6;
  console.log((await ges(score, {restarts: 20})).score - (await exactSearch(score)).score, process.cpuUsage().user / 1e6 - t);
}
