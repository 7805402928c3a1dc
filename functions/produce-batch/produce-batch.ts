import { createCatalogue } from "#shared/domain/catalogue/catalogue.ts";
import { listDimension } from "#shared/domain/catalogue/list-dimension.ts";
import { livePlays } from "#shared/domain/plays/live-plays.ts";
import type { PlayRecord } from "#shared/domain/plays/make-play-record.ts";
import type { PlayKind } from "#shared/domain/plays/mix-ins.ts";
import { planPlays } from "#shared/domain/plays/plan-plays.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import type {
  OutgoingRecord,
  RecordPublisher,
} from "#shared/ports/record-publisher.ts";

import { parseProduceEvent } from "./parse-produce-event.ts";
import { publishInChunks } from "./publish-in-chunks.ts";

/** What `produce-batch` needs. */
export interface ProducePorts {
  readonly publisher: RecordPublisher;
}

/** What one invocation has published. */
export interface ProduceOutcome {
  readonly summary: {
    /** Records by topic, those sent twice counted twice. */
    readonly published: Readonly<Record<string, number>>;
    /** Plays by what was mixed in, and `duplicate`, the records sent once more. */
    readonly plays?: Readonly<Record<PlayKind | "duplicate", number>>;
  };
}

/**
 * Publishes what the event asks for. Everything is a pure function of the event, so that the same event once more
 * sends the same keys and values.
 */
export const produceBatch =
  ({ publisher }: ProducePorts) =>
  async (event: unknown): Promise<ProduceOutcome> => {
    const request = parseProduceEvent(event);
    const catalogue = createCatalogue(request.seed, request.sizes);
    if (request.kind === "catalogue") {
      const published: Record<string, number> = {};
      for (const dimension of request.dimensions) {
        published[dimension] = await publishInChunks(
          publisher,
          dimension,
          listDimension(catalogue, dimension),
        );
      }
      return { summary: { published } };
    }
    const plays = {
      regular: 0,
      late: 0,
      outOfOrder: 0,
      orphan: 0,
      malformed: 0,
      duplicate: 0,
    };
    const records =
      request.kind === "live"
        ? livePlays(catalogue, request.period)
        : planPlays(catalogue, request.plan);
    const published = await publishInChunks(
      publisher,
      STREAM_EVENTS_TOPIC,
      countAndRepeat(records, plays),
    );
    return {
      summary: { published: { [STREAM_EVENTS_TOPIC]: published }, plays },
    };
  };

/** The records to be sent: a duplicate follows its original at once. */
function* countAndRepeat(
  plays: Iterable<PlayRecord>,
  counts: Record<PlayKind | "duplicate", number>,
): Generator<OutgoingRecord, void> {
  for (const play of plays) {
    counts[play.kind] += 1;
    yield play;
    if (play.isDuplicate) {
      counts.duplicate += 1;
      yield play;
    }
  }
}
