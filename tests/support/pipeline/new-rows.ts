/** No row of the catalogue has this id. */
export const NEW_ID = 5001;

/** Rows that come after the plays that refer to them. */
export const NEW_ROWS = {
  users: {
    user_id: NEW_ID,
    username: "late",
    age: 30,
    gender: "F",
    subscription_type: "Free",
    registration_date: "2026-01-01",
    country: "AT",
  },
  artists: {
    artist_id: NEW_ID,
    name: "Late",
    country: "AT",
    genre: "Jazz",
    is_band: false,
  },
  albums: {
    album_id: NEW_ID,
    title: "Late",
    artist_id: NEW_ID,
    release_date: "2026-01-01",
    total_tracks: 1,
    album_type: "Single",
  },
} as const;
