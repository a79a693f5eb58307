/**
 * Runs programs where nothing leads out, and reports what they tried: names they looked up, connections they opened and
 * files they left. Started by {@link "../network.slow.test.ts"} in a network namespace in which every address is this machine.
 */
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, relative } from "node:path";

/** What to run: programs one after another, each the arguments of Node. */
export interface Watch {
  /** Empty folder; `home` and `temporary` in it are the programs' home and temporary folders, `work` is where they run. */
  readonly folder: string;
  readonly programs: readonly (readonly string[])[];
  /** Ends the program once a name was looked up, for one that would go on. */
  readonly untilQuery?: boolean;
}

/** What one program did. */
export interface Seen {
  readonly code: number | null;
  readonly stderr: string;
  readonly queries: readonly string[];
  /** Ports of connections to the listeners. */
  readonly connections: readonly number[];
  /** Connections and datagrams that left any socket, as the kernel counts them; answers of the resolver are among them. */
  readonly opened: number;
  readonly sent: number;
  /** Files in its home and temporary folders that are not Scorefield's own. */
  readonly files: readonly string[];
}

const queries: string[] = [];
const connections: number[] = [];

/** A resolver to which every name is 127.0.0.1. */
const startResolver = async (): Promise<void> => {
  const server = createSocket("udp4");
  server.on("message", (message, { address, port }) => {
    const labels: string[] = [];
    let at = 12;
    while (message[at]! > 0) {
      labels.push(message.toString("latin1", at + 1, at + 1 + message[at]!));
      at += message[at]! + 1;
    }
    queries.push(labels.join("."));
    const question = message.subarray(12, at + 5);
    const wantsAddress = message.readUInt16BE(at + 1) === 1;
    const header = Buffer.from([message[0]!, message[1]!, 0x81, 0x80, 0, 1, 0, wantsAddress ? 1 : 0, 0, 0, 0, 0]);
    // A pointer to the name of the question; type A, class IN, a minute, four bytes.
    const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
    server.send(Buffer.concat([header, question, wantsAddress ? answer : Buffer.alloc(0)]), port, address);
  });
  server.bind(53);
  await once(server, "listening");
};

const startListener = async (port: number): Promise<void> => {
  const server = createServer((socket) => {
    connections.push(port);
    socket.on("error", () => {}).destroy();
  });
  server.listen(port);
  await once(server, "listening");
};

/** A counter of this network namespace. */
const counter = (protocol: string, name: string): number => {
  const [names, values] = readFileSync("/proc/net/snmp", "utf8")
    .split("\n")
    .filter((line) => line.startsWith(`${protocol}:`))
    .map((line) => line.split(" "));
  return Number(values![names!.indexOf(name)]);
};

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));

const { folder, programs, untilQuery = false } = JSON.parse(process.argv[2]!) as Watch;
const [home, temporary, work] = ["home", "temporary", "work"].map((name) => join(folder, name));
for (const path of [home!, temporary!, work!]) mkdirSync(path);
await startResolver();
await Promise.all([startListener(443), startListener(80)]);

for (const args of programs) {
  queries.length = 0;
  connections.length = 0;
  const [opened, sent] = [counter("Tcp", "ActiveOpens"), counter("Udp", "OutDatagrams")];
  const child = spawn(process.execPath, args, {
    cwd: work!,
    env: { ...process.env, HOME: home!, TMPDIR: temporary! },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (text) => (stderr += text));
  const watching = setInterval(() => {
    if (untilQuery && connections.length > 0) child.kill();
  }, 100);
  const [code] = await once(child, "close");
  clearInterval(watching);
  const seen: Seen = {
    code,
    stderr,
    queries: [...queries],
    connections: [...connections],
    opened: counter("Tcp", "ActiveOpens") - opened,
    sent: counter("Udp", "OutDatagrams") - sent,
    files: [...filesIn(home!).filter((file) => !file.startsWith(join(".cache", "scorefield"))), ...filesIn(temporary!)],
  };
  console.log(JSON.stringify(seen));
}
process.exit();
