import type { Random } from "#shared/domain/random.ts";

const textEncoder = new TextEncoder();

/** Ways in which the JSON of a play can be spoilt; each is rejected, with `malformed_json` or `invalid_schema`. */
const BREAKAGES: readonly ((json: string) => string | Uint8Array | null)[] = [
  () => null,
  () => "",
  () => "[]",
  (json) => json.slice(0, -20),
  (json) => `${json}}`,
  (json) => spoilUtf8(json),
  (json) => json.replace(/"user_id":\d+,/, ""),
  (json) => json.replace(/"song_id":\d+/, '"song_id":"one"'),
  (json) => json.replace(/"artist_id":\d+/, '"artist_id":4294967296'),
  (json) => json.replace(/"album_id":\d+/, '"album_id":1.5'),
  (json) =>
    json.replace(
      /"stream_duration_seconds":\d+/,
      '"stream_duration_seconds":-30',
    ),
  (json) => json.replace(/"is_liked":\w+/, '"is_liked":"yes"'),
  (json) => json.replace(/"device_id":\d+/, '"device_id":NaN'),
  (json) => json.replace(/"event_id":"[^"]+"/, '"event_id":"not-a-uuid"'),
  (json) =>
    json.replace(/"timestamp":"[^"]+"/, '"timestamp":"2026-02-30T25:00:00Z"'),
];

/** The value of a malformed play. */
export function breakPlay(
  json: string,
  random: Random,
): string | Uint8Array | null {
  return random.nextItem(BREAKAGES)(json);
}

function spoilUtf8(json: string): Uint8Array {
  const bytes = textEncoder.encode(json);
  // A byte that UTF-8 never uses, inside the event_id.
  bytes[14] = 0xff;
  return bytes;
}
