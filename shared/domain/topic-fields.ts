import albums from "#shared/schemas/albums.json" with { type: "json" };
import artists from "#shared/schemas/artists.json" with { type: "json" };
import devices from "#shared/schemas/devices.json" with { type: "json" };
import locations from "#shared/schemas/locations.json" with { type: "json" };
import songs from "#shared/schemas/songs.json" with { type: "json" };
import streamEvents from "#shared/schemas/stream-events.json" with { type: "json" };
import users from "#shared/schemas/users.json" with { type: "json" };

/** A field of a topic's values, as its JSON Schema declares it. */
export interface TopicField {
  readonly name: string;
  readonly isRequired: boolean;
  /** JSON types that the schema allows. */
  readonly types: readonly string[];
  /** What is expected, for people. */
  readonly description: string;
}

interface TopicSchema {
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, { readonly $ref: string }>>;
  readonly definitions: Readonly<
    Record<
      string,
      {
        readonly type: string | readonly string[];
        readonly description: string;
      }
    >
  >;
}

const SCHEMAS: Readonly<Record<string, TopicSchema>> = {
  users,
  artists,
  albums,
  songs,
  devices,
  locations,
  "stream-events": streamEvents,
};

/** The fields of a source topic's values in the schema's order; none for another topic. */
export function listTopicFields(topic: string): TopicField[] {
  const schema = Object.hasOwn(SCHEMAS, topic) ? SCHEMAS[topic] : undefined;
  return Object.entries(schema?.properties ?? {}).flatMap(
    ([name, { $ref }]) => {
      const definition =
        schema?.definitions[$ref.slice("#/definitions/".length)];
      return definition === undefined
        ? []
        : [
            {
              name,
              isRequired: schema?.required.includes(name) === true,
              types: [definition.type].flat(),
              description: definition.description,
            },
          ];
    },
  );
}
