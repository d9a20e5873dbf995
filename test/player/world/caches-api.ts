/** The repository's caches (docs.github.com, "REST API endpoints for GitHub Actions cache"). */
import { type Cache, dropCache } from "../caches.ts";
import type { JsonObject } from "../json.ts";
import { timestamp } from "../runs.ts";
import { invalid, NOT_FOUND, type Route } from "./api-server.ts";

const path = "/repos/:owner/:repo/actions/caches";

export function cacheRoutes(caches: Cache[]): Route[] {
  const matching = (query: URLSearchParams, matches: (key: string, wanted: string) => boolean): Cache[] =>
    caches.filter(
      (cache) => matches(cache.key, query.get("key") ?? "") && (!query.has("ref") || cache.ref === query.get("ref")),
    );
  return [
    {
      method: "GET",
      path,
      permission: ["actions", "read"],
      handle: ({ query }) => ({
        status: 200,
        items: matching(query, (key, wanted) => key.startsWith(wanted))
          .sort((left, right) => right.lastAccessedAt.getTime() - left.lastAccessedAt.getTime())
          .map(toJson),
        wrap: "actions_caches",
      }),
    },
    {
      method: "DELETE",
      path: `${path}/:id`,
      permission: ["actions", "write"],
      handle({ path: { id } }) {
        const found = caches.find((cache) => String(cache.id) === id);
        if (!found) return NOT_FOUND;
        dropCache(caches, found);
        return { status: 204 };
      },
    },
    {
      method: "DELETE",
      path,
      permission: ["actions", "write"],
      handle({ query }) {
        if (!query.has("key")) return invalid("key is missing");
        const found = matching(query, (key, wanted) => key === wanted);
        if (found.length === 0) return NOT_FOUND;
        for (const cache of found) dropCache(caches, cache);
        return { status: 200, body: { total_count: found.length, actions_caches: found.map(toJson) } };
      },
    },
  ];
}

const toJson = (cache: Cache): JsonObject => ({
  id: cache.id,
  key: cache.key,
  ref: cache.ref,
  version: cache.version,
  size_in_bytes: cache.size,
  created_at: timestamp(cache.createdAt),
  last_accessed_at: timestamp(cache.lastAccessedAt),
});
