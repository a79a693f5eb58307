import { expect, test } from "vitest";
import { redisAddress, redisError } from "./redis-address.ts";
import { serverRemarks } from "./server-remarks.ts";

test("an address has user, password, port and database; its title has no password", () => {
  const { title, options } = redisAddress("redis://some%40one:s%3Acret@host:7000/2");
  expect(options).toMatchObject({ host: "host", port: 7000, db: 2, username: "some@one", password: "s:cret" });
  expect(title).toBe("redis://host:7000/2");
  expect(redisAddress("redis://[::1]").options).toMatchObject({ host: "::1", port: 6379, db: 0 });
  expect(redisAddress("redis://host", { password: "p" }).options.password).toBe("p");
  expect(redisAddress("redis://host").options.tls).toBeUndefined();
  expect(redisAddress("rediss://host").options.tls).toEqual({ servername: "host" });
});

test("what is no address is refused, and its password is not printed", () => {
  for (const wrong of ["host:6379", "http://u:secret@host", "redis://", "redis://u:secret@host/some", ""])
    try {
      redisAddress(wrong);
      expect.unreachable();
    } catch (error) {
      expect((error as Error).name).toBe("JobError");
      expect((error as Error).message).toMatch(/^the queue: expected/);
      expect((error as Error).message).not.toContain("secret");
    }
  expect(() => redisAddress("redis://host", { ca: "ca.pem" })).toThrow(/expected rediss/);
  expect(() => redisAddress("rediss://host", { ca: "no-such-file.pem" })).toThrow(/could not read the certificates/);
});

test("errors of a server say what to do", () => {
  const said = (message: string): string => redisError("redis://h", new Error(message)).message;
  expect(said("connect ECONNREFUSED 127.0.0.1:1")).toMatch(/redis:\/\/h: no Redis server listens there; start one/);
  expect(said("WRONGPASS invalid username-password pair")).toMatch(/user or password are wrong/);
  expect(said("NOAUTH Authentication required.")).toMatch(/asks for a user and a password/);
  expect(said("self-signed certificate in certificate chain")).toMatch(/give the file of yours/);
  expect(said("something else")).toMatch(/could not be reached \(something else\)/);
  expect(redisError("redis://h", new Error("x")).again).toBe(true);
});

test("settings by which a server may lose work are remarked", () => {
  const info = (policy: string, kept: number): string =>
    `# Memory\r\nmaxmemory_policy:${policy}\r\n# Persistence\r\naof_enabled:${kept}\r\n`;
  expect(serverRemarks("redis://h", info("noeviction", 1))).toEqual([]);
  const remarks = serverRemarks("redis://h", info("allkeys-lru", 0));
  expect(remarks).toHaveLength(2);
  expect(remarks[0]).toMatch(/allkeys-lru.*set noeviction/);
  expect(remarks[1]).toMatch(/set appendonly yes/);
});
