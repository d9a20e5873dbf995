/** "GitHub Actions cache" of GitHub's REST API. */
import { type Route, notFound, ok, page, path } from "./route.ts";

export const cacheRoutes: readonly Route[] = [
  {
    method: "GET",
    path: path("/repos/{repository}/actions/caches"),
    handle({ state, parameters: { repository }, url }) {
      if (repository !== state.repository) return notFound();
      const prefix = url.searchParams.get("key") ?? "";
      const found = state.caches.filter(({ key }) => key.startsWith(prefix));
      return page(url, found, (actions_caches) => ({ total_count: found.length, actions_caches }));
    },
  },
  {
    method: "GET",
    path: path("/repos/{repository}/actions/cache/usage"),
    handle({ state, parameters: { repository } }) {
      if (repository !== state.repository) return notFound();
      return ok({
        full_name: repository,
        active_caches_size_in_bytes: state.caches.reduce((sum, cache) => sum + cache.size_in_bytes, 0),
        active_caches_count: state.caches.length,
      });
    },
  },
  {
    method: "DELETE",
    path: path("/repos/{repository}/actions/caches/{id}"),
    handle({ state, parameters: { repository, id } }) {
      const cache = state.caches.find((item) => item.id === Number(id));
      if (repository !== state.repository || !cache) return notFound();
      state.caches = state.caches.filter((other) => other !== cache);
      return { status: 204 };
    },
  },
];
