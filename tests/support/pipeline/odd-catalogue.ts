import type { Dimension } from "#shared/domain/topics.ts";
import type { OutgoingRecord } from "./topic-client.ts";

// By code points the full-width letter comes before the note, by UTF-16 behind it.
const FULL_WIDTH_A = "\uFF21";
const NOTE = "\u{1F3B5}";

/** Newer versions of rows with low ids: equal names, names that sort differently by different rules, nulls. */
const ROWS: Readonly<Record<Dimension, readonly object[]>> = {
  users: [
    { user_id: 1, username: "a" },
    { user_id: 2, username: "b", subscription_type: NOTE, age: 17 },
    { user_id: 3, username: "c", subscription_type: FULL_WIDTH_A, age: 18 },
    { user_id: 4, username: "d", subscription_type: "Zoo", age: 64 },
    { user_id: 5, username: "e", subscription_type: "apple", age: 65 },
    { user_id: 6, username: "f", subscription_type: "\u00E9tude", age: 0 },
  ],
  artists: [
    { artist_id: 1, name: "Bo" },
    { artist_id: 2, name: "Bo" },
    { artist_id: 3, name: "Cy" },
  ],
  albums: [],
  songs: [
    { song_id: 1, title: "Fog" },
    { song_id: 2, title: "Fog" },
    { song_id: 3, title: "Fog", genre: "unknown" },
    { song_id: 4, title: "Fog", genre: NOTE },
    { song_id: 5, title: "", genre: FULL_WIDTH_A },
  ],
  devices: [
    { device_id: 1, device_type: "phone" },
    { device_id: 2, device_type: "Phone", os: "b" },
    { device_id: 3, device_type: "phone", os: "B" },
  ],
  locations: [
    { location_id: 1, country: "US", region: "A", city: "Springfield" },
    { location_id: 2, country: "US", region: "B", city: "Springfield" },
    { location_id: 3, country: "DE" },
    { location_id: 4, country: "DE", region: "B", city: "Springfield" },
    { location_id: 5, country: "FR", region: "\u00CEle", city: "P" },
    { location_id: 6, country: "FR", region: "Zone", city: "P" },
  ],
};

/** Records of a dimension topic with what charts have to tell apart, to sort, or to do without. */
export const listOddRows = (dimension: Dimension): OutgoingRecord[] =>
  ROWS[dimension].map((row) => ({
    key: String(Object.values(row)[0]),
    value: JSON.stringify(row),
  }));

const MOVED_COUNT = 25;

/** Records of `users`: more of them than answers look up one by one are in another segment now, and one is forgotten. */
export const listMovedUsers = (): OutgoingRecord[] => [
  ...Array.from({ length: MOVED_COUNT }, (_, index) => ({
    key: String(index + 1),
    value: JSON.stringify({
      user_id: index + 1,
      username: "moved",
      subscription_type: index % 2 === 0 ? "family" : "apple",
      age: 10 + index * 3,
    }),
  })),
  { key: "2", value: null },
];
