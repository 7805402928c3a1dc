import { createHash } from "node:crypto";

/** A weak ETag of an answer that these texts decide: bytes may differ where the meaning does not. */
export function computeEtag(parts: readonly string[]): string {
  const hash = createHash("sha256").update(JSON.stringify(parts));
  return `W/"${hash.digest("base64url").slice(0, 22)}"`;
}

/** Whether an `If-None-Match` header names this ETag, compared weakly as RFC 9110 has it for GET. */
export function matchesEtag(ifNoneMatch: string, etag: string): boolean {
  const wanted = etag.replace(/^W\//, "");
  return ifNoneMatch.split(",").some((given) => {
    const text = given.trim();
    return text === "*" || text.replace(/^W\//, "") === wanted;
  });
}
