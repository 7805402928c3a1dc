import { countRecords } from "./divide-slices.ts";
import { encodeFailedBatch } from "./failed-batch-document.ts";
import type { DocumentContext } from "./failure-context.ts";
import type {
  FailedBatch,
  OnFailureDestination,
} from "./on-failure-destination.ts";

/** How to reach AWS, or something that speaks its protocols; what is absent the client finds for itself. */
export interface AwsAccess {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** A connected service that takes documents; `send` rejects when the document was not taken. */
export interface DocumentSender {
  send(
    document: string,
    batch: FailedBatch,
    nowMs: number,
    signal: AbortSignal,
  ): Promise<void>;
  close(): void;
}

/** One document for each failed batch (event-source-mapping.md, 22); `open` is called with the first of them. */
export function createDocumentDestination(options: {
  readonly open: () => Promise<DocumentSender>;
  readonly context: DocumentContext;
  readonly now: () => number;
  readonly withPayload: boolean;
  readonly timeoutMs: number;
}): OnFailureDestination {
  const { context, now, timeoutMs } = options;
  let opening: Promise<DocumentSender> | null = null;
  return {
    deliver: async (batch) => {
      const nowMs = now();
      try {
        opening ??= options.open();
        const sender = await opening;
        await sender.send(
          encodeFailedBatch(context, batch, nowMs, options),
          batch,
          nowMs,
          AbortSignal.timeout(timeoutMs),
        );
      } catch (error) {
        const cause = error instanceof Error ? error : new Error(String(error));
        return { deliveredCount: 0, errors: [cause] };
      }
      return { deliveredCount: countRecords(batch.slices), errors: [] };
    },
    close: async () => {
      // One that could not be opened has told so with the delivery.
      const sender = await opening?.catch(() => null);
      sender?.close();
    },
  };
}
