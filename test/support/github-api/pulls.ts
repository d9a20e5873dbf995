/** "Pull requests" of GitHub's REST API. */
import { type Route, notFound, ok, page, path } from "./route.ts";

export const pullRoutes: readonly Route[] = [
  {
    method: "GET",
    path: path("/repos/{repository}/pulls"),
    handle({ state, parameters: { repository }, url }) {
      if (repository !== state.repository) return notFound();
      const wanted = url.searchParams.get("state") ?? "open";
      const head = url.searchParams.get("head");
      const base = url.searchParams.get("base");
      const found = state.pulls.filter(
        (pull) => (wanted === "all" || pull.state === wanted) && (head === null || pull.head.label === head) && (base === null || pull.base.ref === base),
      );
      return page(url, found);
    },
  },
  {
    method: "GET",
    path: path("/repos/{repository}/pulls/{number}"),
    handle({ state, parameters: { repository, number } }) {
      const pull = state.pulls.find((item) => item.number === Number(number));
      return repository === state.repository && pull ? ok(pull) : notFound();
    },
  },
  {
    method: "GET",
    path: path("/repos/{repository}/commits/{sha}/pulls"),
    handle({ state, parameters: { repository, sha }, url }) {
      return repository === state.repository ? page(url, state.pulls.filter((pull) => pull.head.sha === sha)) : notFound();
    },
  },
];
