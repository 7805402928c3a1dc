import { computeEtag, matchesEtag } from "./compute-etag.ts";
import {
  type HttpResponse,
  respond,
  respondWithError,
} from "./http-response.ts";
import type { DashboardRequest } from "./parse-request.ts";
import type { Asset, Assets } from "./read-assets.ts";

/** A year: the name of a file changes with its content. */
const IMMUTABLE = "public, max-age=31536000, immutable";

/** Answers with the page. */
export function respondWithPage(
  { html }: Assets,
  { ifNoneMatch }: DashboardRequest,
): HttpResponse {
  const etag = computeEtag([html.toString("base64")]);
  const headers = { "cache-control": "no-cache", etag };
  if (matchesEtag(ifNoneMatch, etag)) return respond(304, headers);
  return respond(
    200,
    { ...headers, "content-type": "text/html; charset=utf-8" },
    html.toString("utf8"),
  );
}

/** Answers with a file of the page, compressed for whoever takes that. */
export function respondWithAsset(
  asset: Asset | undefined,
  { acceptEncoding }: DashboardRequest,
): HttpResponse {
  if (asset === undefined)
    return respondWithError(404, "there is no such file");
  const headers = {
    "content-type": asset.type,
    "cache-control": IMMUTABLE,
    vary: "accept-encoding",
  };
  return asset.brotli !== undefined && acceptsBrotli(acceptEncoding)
    ? respond(200, { ...headers, "content-encoding": "br" }, asset.brotli)
    : respond(200, headers, asset.content);
}

function acceptsBrotli(acceptEncoding: string): boolean {
  return acceptEncoding.split(",").some((offer) => {
    const [coding = "", ...parameters] = offer
      .split(";")
      .map((part) => part.trim().toLowerCase());
    return (
      coding === "br" && !parameters.some((text) => /^q=0(\.0*)?$/.test(text))
    );
  });
}
