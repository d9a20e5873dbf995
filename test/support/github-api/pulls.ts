/** "Pull requests" of GitHub's REST API. */
import { type Route, notFound, ok, page, path, textOf } from "./route.ts";

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
        (pull) =>
          (wanted === "all" || pull.state === wanted) &&
          (head === null || pull.head.label === head) &&
          (base === null || pull.base.ref === base),
      );
      return page(url, found);
    },
  },
  {
    method: "POST",
    path: path("/repos/{repository}/pulls"),
    handle({ state, parameters: { repository = "" }, body }) {
      if (repository !== state.repository) return notFound();
      const owner = repository.split("/")[0] ?? "";
      const [head, base] = [textOf(body, "head"), textOf(body, "base")];
      const label = `${owner}:${head}`;
      if (state.pulls.some((pull) => pull.state === "open" && pull.head.label === label && pull.base.ref === base)) {
        return {
          status: 422,
          body: { message: "Validation Failed", errors: [{ message: `A pull request already exists for ${label}.` }] },
        };
      }
      const number = Math.max(0, ...state.pulls.map((pull) => pull.number)) + 1;
      const pull = {
        number,
        state: "open" as const,
        title: textOf(body, "title"),
        body: textOf(body, "body"),
        html_url: `https://github.com/${repository}/pull/${number}`,
        head: { ref: head, sha: "", label, repo: { full_name: repository } },
        base: { ref: base },
      };
      state.pulls.push(pull);
      return { status: 201, body: pull };
    },
  },
  {
    method: "PATCH",
    path: path("/repos/{repository}/pulls/{number}"),
    handle({ state, parameters: { repository, number }, body }) {
      const pull = state.pulls.find((item) => item.number === Number(number));
      if (repository !== state.repository || !pull) return notFound();
      Object.assign(pull, body);
      return ok(pull);
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
      return repository === state.repository
        ? page(
            url,
            state.pulls.filter((pull) => pull.head.sha === sha),
          )
        : notFound();
    },
  },
];
