/** Settings of a server by which it may lose work. */

const setting = (info: string, name: string): string | undefined =>
  info
    .split("\n")
    .find((line) => line.startsWith(`${name}:`))
    ?.slice(name.length + 1)
    .trim();

/** What is to be said of a server, by what its command INFO prints. */
export const serverRemarks = (title: string, info: string): string[] => {
  const policy = setting(info, "maxmemory_policy");
  const kept = setting(info, "aof_enabled");
  return [
    ...(policy !== undefined && policy !== "noeviction"
      ? [`${title}: its maxmemory-policy is ${policy}, so work may vanish when its memory is full; set noeviction`]
      : []),
    ...(kept === "0"
      ? [`${title}: it has no append-only file, so work may be lost when it stops; set appendonly yes`]
      : []),
  ];
};
