import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";

/** A topic as it is on the brokers now. */
export interface PreparedTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly action: "created" | "kept" | "extended";
}

export interface Ports {
  /** Brings the schema up to date; returns what was applied now. */
  migrate(): Promise<readonly { readonly name: string }[]>;
  /** Creates and extends the declared topics; returns all of them. */
  createTopics(): Promise<readonly PreparedTopic[]>;
  /** Tells the database what it must know of these topics before the first micro-batch. */
  registerTopics(topics: readonly PreparedTopic[]): Promise<void>;
}

/** Brings the servers to where the other functions can run; running it again changes nothing. */
export const setUp =
  (ports: Ports) =>
  async (): Promise<{
    summary: {
      readonly migrations: readonly string[];
      readonly created_topics: readonly string[];
      readonly extended_topics: readonly string[];
    };
  }> => {
    const migrations = await ports.migrate();
    const topics = await ports.createTopics();
    await ports.registerTopics(
      topics.filter(({ topic }) => topic === STREAM_EVENTS_TOPIC),
    );
    const named = (wanted: PreparedTopic["action"]) =>
      topics
        .filter(({ action }) => action === wanted)
        .map(({ topic }) => topic);
    return {
      summary: {
        migrations: migrations.map(({ name }) => name),
        created_topics: named("created"),
        extended_topics: named("extended"),
      },
    };
  };
