/** Where contents and receipts are kept, for all machines: a folder that they share, or S3. */
import type { Content, Receipt } from "./work.ts";

/**
 * Contents by the SHA-256 of their bytes, and receipts by the identity of the work. Writing twice is the same as writing once. A
 * reader sees the whole of a content or nothing. The suite `store.case.ts` holds every implementation to this.
 */
export interface Store {
  /** What it is, for messages, such as `/mnt/shared` or `s3://bucket/prefix`. */
  readonly title: string;
  /** Keeps bytes, or the bytes of a file, under their SHA-256. @throws JobError where there is no room or no permission */
  put(bytes: Uint8Array | { readonly file: string }): Promise<Content>;
  /** The bytes of a content. @throws JobError where it is missing, or its bytes are others */
  get(content: Content): Promise<Uint8Array>;
  /** Copies a content to a file, written atomically. @throws JobError as {@link get} */
  copyTo(content: Content, file: string): Promise<void>;
  /** Whether a content is there, in its size. Its bytes are not read. */
  has(content: Content): Promise<boolean>;
  /** Keeps the receipt of a piece of work. The first stays: later ones of the same work are left out. @returns the one that is kept. @throws JobError as {@link put} */
  putReceipt(receipt: Receipt): Promise<Receipt>;
  /** The receipt of a piece of work, by its identity; undefined while there is none. @throws JobError for one that is damaged */
  receipt(work: string): Promise<Receipt | undefined>;
}
