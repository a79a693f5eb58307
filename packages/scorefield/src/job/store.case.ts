/** What every store must do: a suite that each of them passes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { sha256 } from "./identity.ts";
import { JobError } from "./job-error.ts";
import type { Store } from "./store.ts";
import type { Content, Receipt } from "./work.ts";

/** A store under test, and ways to harm what it keeps. */
export interface TestedStore {
  readonly store: Store;
  /** Another machine's view of the same store. */
  readonly other: Store;
  /** Puts other bytes in the place of a content. */
  damage(content: Content): Promise<void> | void;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const work = sha256("some work");
const receiptOf = (worker: string): Receipt => ({
  work,
  content: { sha256: sha256(worker), bytes: worker.length },
  facts: { loss: 0.5 },
  worker,
  seconds: 1.5,
});

/** Tests of a store that is empty at first. */
export const storeSuite = (name: string, make: () => Promise<TestedStore> | TestedStore): void => {
  describe(name, () => {
    const folder = mkdtempSync(join(tmpdir(), "scorefield-store-"));
    afterAll(() => rmSync(folder, { recursive: true }));

    test("bytes and files are kept under their SHA-256, twice as once, and read on other machines", async () => {
      const { store, other } = await make();
      const content = await store.put(bytes("some bytes"));
      expect(content).toEqual({ sha256: sha256("some bytes"), bytes: 10 });
      writeFileSync(join(folder, "file"), "some bytes");
      expect(await other.put({ file: join(folder, "file") })).toEqual(content);
      expect(await other.get(content)).toEqual(bytes("some bytes"));
      expect(await store.has(content)).toBe(true);
      await other.copyTo(content, join(folder, "copy"));
      expect(readFileSync(join(folder, "copy"), "utf8")).toBe("some bytes");
      const empty = await store.put(new Uint8Array(0));
      expect((await other.get(empty)).length).toBe(0);
    });

    test("what many write at once is whole", async () => {
      const { store, other } = await make();
      const large = new Uint8Array(300_000).map((_, i) => (i * 7919) % 251);
      const found = await Promise.all(
        Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? store : other).put(i < 8 ? large : bytes(`small ${i}`))),
      );
      expect(new Set(found.map((content) => content.sha256)).size).toBe(5);
      for (const content of found) expect(sha256(await other.get(content))).toBe(content.sha256);
    });

    test("a missing content is told, and may be there on another attempt", async () => {
      const { store } = await make();
      const absent = { sha256: sha256("absent"), bytes: 6 };
      expect(await store.has(absent)).toBe(false);
      for (const attempt of [store.get(absent), store.copyTo(absent, join(folder, "absent"))]) {
        const error = await attempt.catch((error: unknown) => error);
        expect(error).toBeInstanceOf(JobError);
        expect(error).toMatchObject({ again: true, message: expect.stringContaining("found none") });
      }
    });

    test("damaged bytes are never handed out, and are whole again once they are put", async () => {
      const { store, other, damage } = await make();
      const content = await store.put(bytes("good bytes"));
      await damage(content);
      await expect(store.get(content)).rejects.toThrow(/expected 10 bytes of SHA-256 .*, found/);
      const place = join(folder, "untouched");
      writeFileSync(place, "old");
      await expect(store.copyTo(content, place)).rejects.toThrow(JobError);
      expect(readFileSync(place, "utf8")).toBe("old");
      await other.put(bytes("good bytes"));
      expect(await store.get(content)).toEqual(bytes("good bytes"));
    });

    test("of many receipts the first stays, for all", async () => {
      const { store, other } = await make();
      expect(await store.receipt(work)).toBeUndefined();
      const kept = await Promise.all(
        Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? store : other).putReceipt(receiptOf(`worker ${i}`))),
      );
      const first = await other.receipt(work);
      expect(first).toBeDefined();
      for (const receipt of kept) expect(receipt).toEqual(first);
      expect(await store.putReceipt(receiptOf("late"))).toEqual(first);
    });

    test("names that are no SHA-256 are refused", async () => {
      const { store } = await make();
      for (const sha of ["../../etc/passwd", "a".repeat(63), "A".repeat(64)]) {
        await expect(store.get({ sha256: sha, bytes: 1 })).rejects.toThrow(JobError);
        await expect(store.receipt(sha)).rejects.toThrow(JobError);
      }
    });
  });
};
