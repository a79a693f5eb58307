#!/usr/bin/env node
/** Loads the command. Where not even that is possible, for want of memory or of file handles, it says so in a line. */
const load = async () => {
  try {
    return await import("../dist/cli.js");
  } catch (error) {
    const text = String(error);
    const need = /EMFILE|ENFILE/.test(text)
      ? "expected 256 file handles, found fewer; raise the limit (ulimit -n)"
      : /out of memory|allocation failed/i.test(text)
        ? "expected more free memory than there is; raise the limit (ulimit -v)"
        : undefined;
    if (need === undefined) throw error;
    process.stderr.write(`scorefield: could not start: ${need}\n`);
    process.exit(1);
  }
};

const { main } = await load();
process.exitCode = await main(process.argv.slice(2));
