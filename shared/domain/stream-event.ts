/** A play: one row of `stream_events` once it is accepted. */
export interface StreamEvent {
  /** A UUID in its canonical form, lower case. */
  readonly eventId: string;
  readonly userId: number;
  readonly songId: number;
  readonly artistId: number;
  readonly albumId: number;
  readonly deviceId: number;
  readonly locationId: number;
  /** Whole microseconds since the epoch, see `parseTimestamp`. */
  readonly timestampMicros: number;
  readonly streamDurationSeconds: number;
  readonly isCompletePlay: boolean;
  readonly isSkipped: boolean;
  readonly isLiked: boolean;
  readonly isShared: boolean;
  readonly isAddedToPlaylist: boolean;
}
