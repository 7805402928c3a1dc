import type { Client } from "pg";

/** Puts the frontier of both window sizes where a test needs it; RFC 3339 or `-infinity`. */
export async function closeAt(
  owner: Client,
  { minutes, hours }: { readonly minutes?: string; readonly hours?: string },
): Promise<void> {
  await owner.query(
    `update window_frontiers set closed_until = case window_kind
       when 'minutes' then coalesce($1::timestamptz, closed_until)
       else coalesce($2::timestamptz, closed_until) end`,
    [minutes ?? null, hours ?? null],
  );
}
