const REFERENCES = ["user", "song", "artist", "album", "device", "location"];

/** The keys and indexes of the facts in the schema of the system that this one replaces: a key, six enforced foreign keys and seven more indexes. */
export const listEnforcedKeys = (table: string): string[] => [
  `alter table ${table} add primary key (event_id)`,
  ...REFERENCES.map(
    (name) =>
      `alter table ${table} add foreign key (${name}_id) references ${name}s (${name}_id)`,
  ),
  ...["timestamp", ...REFERENCES.map((name) => `${name}_id`)].map(
    (column) => `create index on ${table} ("${column}")`,
  ),
];

/** The least that facts can do with: their key, and an index on the time that costs next to nothing. `stream_events` has more. */
export const listBareKeys = (table: string): string[] => [
  `alter table ${table} add primary key (event_id)`,
  `create index on ${table} using brin ("timestamp") with (pages_per_range = 32, autosummarize = on)`,
];
