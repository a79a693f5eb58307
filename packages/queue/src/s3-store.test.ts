/** A store over S3, against a server of our own that speaks the calls it uses: not against Amazon's. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { storeSuite } from "../../scorefield/src/job/store.case.ts";
import { s3Store } from "./s3-store.ts";
import { type S3Server, startS3 } from "./testing/s3-server.ts";

let server: S3Server;
const before = { id: process.env.AWS_ACCESS_KEY_ID, secret: process.env.AWS_SECRET_ACCESS_KEY };
beforeAll(async () => {
  server = await startS3();
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" });
});
afterAll(async () => {
  await server.close();
  delete process.env.AWS_ACCESS_KEY_ID;
  delete process.env.AWS_SECRET_ACCESS_KEY;
  if (before.id !== undefined) process.env.AWS_ACCESS_KEY_ID = before.id;
  if (before.secret !== undefined) process.env.AWS_SECRET_ACCESS_KEY = before.secret;
});

let opened = 0;
storeSuite("a store in S3", async () => {
  const address = `s3://bucket/p/${++opened}`;
  const open = () => s3Store(address, { endpoint: server.endpoint });
  return {
    store: await open(),
    other: await open(),
    damage: ({ sha256 }) => {
      const key = [...server.objects.keys()].find(
        (one) => one.startsWith(`/bucket/p/${opened}/`) && one.endsWith(sha256),
      )!;
      server.objects.set(key, Buffer.from("other bytes"));
    },
  };
});

test("what is no address is refused", async () => {
  for (const wrong of ["bucket", "s3://", "s3://UPPER/x", "http://bucket"])
    await expect(s3Store(wrong)).rejects.toThrow(/expected an address such as s3:\/\/bucket\/prefix/);
  expect((await s3Store("s3://bucket//a//b/", { endpoint: server.endpoint })).title).toBe("s3://bucket/a/b");
});

test("a server that cannot be reached is told, and may be there on another attempt", async () => {
  const store = await s3Store("s3://bucket", { endpoint: "http://127.0.0.1:1" });
  await expect(store.put(new Uint8Array(1))).rejects.toMatchObject({ name: "JobError", again: true });
});

test("a receipt that is none is told, and another attempt is of no use", async () => {
  const store = await s3Store("s3://bucket/damaged", { endpoint: server.endpoint });
  const work = "a".repeat(64);
  for (const text of ["{", "{}"]) {
    server.objects.set(`/bucket/damaged/receipts/${work}.json`, Buffer.from(text));
    await expect(store.receipt(work)).rejects.toMatchObject({
      again: false,
      message: expect.stringContaining("remove it"),
    });
  }
});
