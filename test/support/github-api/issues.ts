/** "Issues" and "Issue comments" of GitHub's REST API; a pull request is an issue here, as it is there. */
import { type Answer, type Request, type Route, notFound, ok, page, path, textOf } from "./route.ts";
import { BOT, type Comment, type Issue } from "./state.ts";

const LOCKED = "Unable to create comment because issue is locked.";
const READ_ONLY: Answer = { status: 403, body: { message: "Resource not accessible by integration" } };

const issueOf = ({ state, parameters: { repository, number } }: Request): Issue | undefined =>
  repository === state.repository ? state.issues.find((issue) => issue.number === Number(number)) : undefined;

const isPull = ({ state, parameters: { number } }: Request): boolean =>
  state.pulls.some((pull) => pull.number === Number(number));

const labelsOf = (body: unknown): string[] => {
  const labels: unknown = typeof body === "object" && body !== null ? Reflect.get(body, "labels") : [];
  return Array.isArray(labels) ? labels.map(String) : [];
};

export const issueRoutes: readonly Route[] = [
  {
    method: "GET",
    path: path("/repos/{repository}/issues"),
    handle({ state, parameters: { repository }, url }) {
      if (repository !== state.repository) return notFound();
      const wanted = url.searchParams.get("state") ?? "open";
      const labels = (url.searchParams.get("labels") ?? "").split(",").filter(Boolean);
      const found = state.issues.filter(
        (issue) =>
          (wanted === "all" || issue.state === wanted) &&
          labels.every((label) => issue.labels.some(({ name }) => name === label)),
      );
      return page(url, found.toReversed());
    },
  },
  {
    method: "POST",
    path: path("/repos/{repository}/issues"),
    handle({ state, parameters: { repository }, body }) {
      if (repository !== state.repository) return notFound();
      if (state.readOnly) return READ_ONLY;
      const number =
        1 + Math.max(0, ...state.issues.map((issue) => issue.number), ...state.pulls.map((pull) => pull.number));
      const issue: Issue = {
        number,
        title: textOf(body, "title"),
        body: textOf(body, "body"),
        state: "open",
        closed_at: null,
        user: BOT,
        labels: labelsOf(body).map((name) => ({ name })),
      };
      state.issues.push(issue);
      return { status: 201, body: issue };
    },
  },
  {
    method: "PATCH",
    path: path("/repos/{repository}/issues/{number}"),
    handle(request) {
      const issue = issueOf(request);
      if (!issue) return notFound();
      if (request.state.readOnly) return READ_ONLY;
      issue.body = textOf(request.body, "body") || issue.body;
      if (textOf(request.body, "state") === "open") [issue.state, issue.closed_at] = ["open", null];
      return ok(issue);
    },
  },
  {
    method: "GET",
    path: path("/repos/{repository}/issues/{number}/comments"),
    handle(request) {
      const { state, parameters, url } = request;
      return issueOf(request) || isPull(request)
        ? page(
            url,
            state.comments.filter(({ issue }) => issue === Number(parameters["number"])),
          )
        : notFound();
    },
  },
  {
    method: "POST",
    path: path("/repos/{repository}/issues/{number}/comments"),
    handle(request) {
      const { state, parameters, body } = request;
      if (!issueOf(request) && !isPull(request)) return notFound();
      if (state.readOnly) return READ_ONLY;
      if (state.locked) return { status: 403, body: { message: LOCKED } };
      const comment: Comment = {
        id: 1000 + state.comments.length,
        issue: Number(parameters["number"]),
        body: textOf(body, "body"),
        user: BOT,
      };
      state.comments.push(comment);
      return { status: 201, body: comment };
    },
  },
  {
    method: "PATCH",
    path: path("/repos/{repository}/issues/comments/{id}"),
    handle({ state, parameters: { id }, body }) {
      const comment = state.comments.find((item) => item.id === Number(id));
      if (!comment) return notFound();
      if (state.readOnly) return READ_ONLY;
      comment.body = textOf(body, "body");
      return ok(comment);
    },
  },
];
