/** Purposes of random numbers: each has a stream of its own, so that a draw more in one changes no other. */
export const STREAMS = {
  users: 1,
  artists: 2,
  albums: 3,
  songs: 4,
  devices: 5,
  locations: 6,
  songAlbum: 10,
  albumArtist: 11,
  songDuration: 12,
  userHabits: 13,
  songPopularity: 14,
  userActivity: 15,
  play: 20,
  eventId: 21,
  mixIn: 22,
  playTime: 23,
} as const;
