import type { Connections } from "#compose/embedded/connection-env.ts";
import { setUp } from "#functions/set-up/set-up.ts";
import { createTopics } from "#shared/adapters/kafka/topics.ts";
import { migrate } from "#shared/adapters/postgres/migrate.ts";
import { setUpDatabase } from "#shared/adapters/postgres/set-up.ts";
import type { Config } from "#shared/config.ts";
import { TOPICS } from "#shared/domain/topics.ts";

/**
 * Does what the function set-up does, as the owner of the database: functions get the other roles' addresses.
 * Running it again changes nothing; throws what the adapters throw.
 */
export async function prepareServers(
  connections: Connections,
  config: Config,
  onProgress: (message: string) => void,
): Promise<void> {
  const databaseUrl = connections.databaseUrls.owner;
  const bootstrapServers = connections.kafkaBootstrapServers.split(",");
  const run = setUp({
    migrate: () => migrate({ databaseUrl }),
    createTopics: () => createTopics({ bootstrapServers }, TOPICS),
    registerTopics: (topics) =>
      setUpDatabase({
        databaseUrl,
        topics,
        windowSizeMs: config.STREAMING_WINDOW_SIZE,
        hourlyWindowSizeMs: config.STREAMING_HOURLY_WINDOW_SIZE,
      }),
  });
  const { migrations, created_topics: created } = (await run()).summary;
  if (migrations.length > 0)
    onProgress(`Applied ${migrations.length} migrations`);
  if (created.length > 0) onProgress(`Created ${created.length} topics`);
}
