#!/usr/bin/env node
/** Runs the command. Where it cannot even be loaded, for want of memory or of file handles, it says so in a line. */
const needOf = (error) => {
  const text = String(error);
  if (/EMFILE|ENFILE/.test(text)) return "expected 256 file handles, found fewer; raise the limit (ulimit -n)";
  if (/out of memory|allocation failed/i.test(text))
    return "expected more free memory than there is; raise the limit (ulimit -v)";
  return undefined;
};

try {
  const { main } = await import("../dist/cli.js");
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const need = needOf(error);
  if (need === undefined) throw error;
  process.stderr.write(`scorefield: could not start: ${need}\n`);
  process.exit(1);
}
