/** A store in S3, or in a server that speaks as it does: for machines that share no folder. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { S3Client } from "@aws-sdk/client-s3";
import {
  type Content,
  checkContent,
  copyChecked,
  JobError,
  type Receipt,
  receiptSchema,
  type Store,
  sha256,
} from "scorefield/job";
import { checkSettings } from "./check-settings.ts";

/** Options of {@link s3Store}. Keys are found as the AWS SDK finds them: in the environment, in its files, or from the machine's role. */
export interface S3Options {
  /** Of a server that is not Amazon's, such as `http://minio:9000`; default the environment variable AWS_ENDPOINT_URL_S3, else Amazon's. */
  readonly endpoint?: string;
  /** Default the environment variable AWS_REGION, else `us-east-1`. */
  readonly region?: string;
}

const loaded = async (): Promise<typeof import("@aws-sdk/client-s3")> => {
  try {
    return await import("@aws-sdk/client-s3");
  } catch (cause) {
    throw new JobError(
      "--store s3://: expected the package @aws-sdk/client-s3, found none; install it: npm install @aws-sdk/client-s3",
      { cause },
    );
  }
};

const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;

const hexadecimal = /^[0-9a-f]{64}$/;

/**
 * A store in a bucket: `objects/ab/SHA256` and `receipts/WORK.json` below the prefix. The first receipt of a piece of work stays, by
 * conditional writes (`If-None-Match: *`). A content has at most 5 GB.
 * @param address `s3://bucket` or `s3://bucket/prefix`
 * @throws JobError for another address, and where `@aws-sdk/client-s3` is missing
 */
export const s3Store = async (address: string, options: S3Options = {}): Promise<Store> => {
  checkSettings("s3Store", options, { endpoint: "string", region: "string" });
  const { endpoint, region } = options;
  const [, bucket, rest = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,62})(?:\/(.*))?$/.exec(`${address}`) ?? [];
  if (bucket === undefined)
    throw new JobError(
      `the store: expected an address such as s3://bucket/prefix, found ${`${address}`.slice(0, 100)}`,
    );
  const prefix = rest.split("/").filter(Boolean).join("/");
  const title = `s3://${bucket}${prefix && `/${prefix}`}`;
  const sdk = await loaded();
  const client: S3Client = new sdk.S3Client({
    region: region ?? process.env.AWS_REGION ?? "us-east-1",
    ...(endpoint !== undefined && { endpoint }),
    // Servers that are not Amazon's take names of buckets in the path.
    forcePathStyle: (endpoint ?? process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL) !== undefined,
    // What is read is checked by its SHA-256 anyhow; other servers do not know further checksums.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  const keyOf = (...names: readonly string[]): string => [...(prefix ? [prefix] : []), ...names].join("/");
  const checked = (name: string): string => {
    if (!hexadecimal.test(name)) throw new JobError(`${title}: expected a SHA-256, found ${name.slice(0, 80)}`);
    return name;
  };
  const objectOf = ({ sha256: name }: Content): string => keyOf("objects", checked(name).slice(0, 2), name);
  const receiptOf = (work: string): string => keyOf("receipts", `${checked(work)}.json`);
  const refused = (what: string, cause: unknown): JobError => {
    if (cause instanceof JobError) return cause;
    const { name, message } = cause as Error;
    return new JobError(`${title}: ${what}: ${name}: ${message}`, { again: true, cause });
  };
  /** What to do about a damaged content. */
  const next = (content: Content): string =>
    `remove ${objectOf(content)}, and give the command again, which makes it anew`;
  /** The body of a content. */
  const bodyOf = async (content: Content) => {
    try {
      const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: objectOf(content) }));
      return Body!;
    } catch (error) {
      if (statusOf(error) !== 404) throw refused(`to read ${content.sha256}`, error);
      throw new JobError(
        `${title}: expected the content ${content.sha256}, found none; put it again, or check that all machines share this store`,
        { again: true, cause: error },
      );
    }
  };
  const read = async (work: string): Promise<Receipt | undefined> => {
    const Key = receiptOf(work);
    let text: string;
    try {
      const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key }));
      text = await Body!.transformToString();
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw refused(`to read the receipt of ${work}`, error);
    }
    try {
      return receiptSchema.parse(JSON.parse(text));
    } catch (cause) {
      throw new JobError(`${title}: expected a receipt in ${Key}, found other text; remove it`, { cause });
    }
  };
  return {
    title,
    put: async (given) => {
      try {
        if (given instanceof Uint8Array) {
          const content = { sha256: sha256(given), bytes: given.length };
          await client.send(new sdk.PutObjectCommand({ Bucket: bucket, Key: objectOf(content), Body: given }));
          return content;
        }
        const hash = createHash("sha256");
        await pipeline(createReadStream(given.file), hash);
        const content = { sha256: hash.digest("hex"), bytes: (await stat(given.file)).size };
        const Body = content.bytes === 0 ? new Uint8Array(0) : createReadStream(given.file);
        await client.send(
          new sdk.PutObjectCommand({ Bucket: bucket, Key: objectOf(content), Body, ContentLength: content.bytes }),
        );
        return content;
      } catch (error) {
        throw refused("to keep a content", error);
      }
    },
    get: async (content) => {
      const body = await bodyOf(content);
      const bytes = await body.transformToByteArray().catch((error: unknown) => {
        throw refused(`to read ${content.sha256}`, error);
      });
      await checkContent(title, content, { sha256: sha256(bytes), bytes: bytes.length }, () => next(content));
      return bytes;
    },
    copyTo: async (content, file) => {
      const body = async () => (await bodyOf(content)) as unknown as AsyncIterable<Uint8Array>;
      try {
        await copyChecked(title, content, file, { read: body, next: () => next(content) });
      } catch (error) {
        throw refused(`to copy a content to ${file}`, error);
      }
    },
    has: async (content) => {
      try {
        const { ContentLength } = await client.send(
          new sdk.HeadObjectCommand({ Bucket: bucket, Key: objectOf(content) }),
        );
        return ContentLength === content.bytes;
      } catch (error) {
        if (statusOf(error) === 404) return false;
        throw refused(`to look for ${content.sha256}`, error);
      }
    },
    putReceipt: async (receipt) => {
      const text = JSON.stringify(receiptSchema.parse(receipt));
      try {
        await client.send(
          new sdk.PutObjectCommand({ Bucket: bucket, Key: receiptOf(receipt.work), Body: text, IfNoneMatch: "*" }),
        );
      } catch (error) {
        // There is one.
        if (statusOf(error) !== 412) throw refused(`to keep the receipt of ${receipt.work}`, error);
      }
      return (await read(receipt.work))!;
    },
    receipt: read,
  };
};
