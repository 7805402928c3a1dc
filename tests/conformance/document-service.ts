import { createServer, type Server } from "node:http";
import { afterEach } from "vitest";

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

export interface ServiceResponse {
  readonly contentType: string;
  readonly body: string;
}

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** Stands where SQS, SNS or S3 would be until the test is over; `answer` gives a response, or `null` for none at all. */
export async function startDocumentService(
  answer: (request: ReceivedRequest) => ServiceResponse | null,
) {
  const requests: ReceivedRequest[] = [];
  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on("data", (chunk: Buffer) => chunks.push(chunk));
    message.on("end", () => {
      const request: ReceivedRequest = {
        method: message.method ?? "",
        path: message.url ?? "",
        headers: message.headers,
        body: Buffer.concat(chunks).toString(),
      };
      requests.push(request);
      const answered = answer(request);
      if (answered === null) return;
      response.setHeader("content-type", answered.contentType);
      response.end(answered.body);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve()),
  );
  const address = server.address();
  if (typeof address !== "object" || address === null)
    throw new Error("A listening server has an address.");
  return { requests, endpoint: `http://127.0.0.1:${address.port}` };
}
