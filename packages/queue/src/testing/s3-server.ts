/** The few calls of S3 that a store uses, over HTTP on this machine: PUT, with If-None-Match, GET and HEAD of objects. */
import { createServer } from "node:http";

export interface S3Server {
  readonly endpoint: string;
  /** Objects by bucket and key, such as `/bucket/key`. */
  readonly objects: Map<string, Buffer>;
  close(): Promise<void>;
}

const refusal = (code: string): string =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;

export const startS3 = async (): Promise<S3Server> => {
  const objects = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url!, "http://s3").pathname);
    const refuse = (status: number, code: string): void => {
      response.writeHead(status, { "content-type": "application/xml" });
      response.end(request.method === "HEAD" ? undefined : refusal(code));
    };
    const pieces: Buffer[] = [];
    request.on("data", (piece) => pieces.push(piece));
    request.on("end", () => {
      const found = objects.get(path);
      if (!request.headers.authorization?.startsWith("AWS4-HMAC-SHA256")) return refuse(403, "AccessDenied");
      if (request.method === "PUT") {
        if (request.headers["if-none-match"] === "*" && found) return refuse(412, "PreconditionFailed");
        objects.set(path, Buffer.concat(pieces));
        response.writeHead(200, { etag: '"0"' });
        return response.end();
      }
      if (!found) return refuse(404, request.method === "HEAD" ? "NotFound" : "NoSuchKey");
      response.writeHead(200, { "content-length": found.length, etag: '"0"' });
      response.end(request.method === "HEAD" ? undefined : found);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const { port } = server.address() as { readonly port: number };
  return {
    endpoint: `http://127.0.0.1:${port}`,
    objects,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
