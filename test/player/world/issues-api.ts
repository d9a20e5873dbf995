/** Issues, and the comments of issues and pull requests. */
import { type Json, stringsAt } from "../json.ts";
import { allows } from "../permissions.ts";
import { timestamp } from "../runs.ts";
import { type ApiAnswer, type ApiRequest, FORBIDDEN, invalid, NOT_FOUND, type Route } from "./api-server.ts";

export interface Comment {
  readonly id: number;
  /** The issue's or the pull request's. */
  readonly number: number;
  body: string;
  /** `github-actions[bot]`, or the login of who wrote it. */
  readonly author: string;
  /** The job that wrote it; empty for what a scenario put there. */
  readonly who: string;
  readonly createdAt: Date;
  updatedAt: Date;
}

export interface Issue {
  readonly number: number;
  title: string;
  body: string;
  state: "open" | "closed";
  labels: string[];
  readonly author: string;
  readonly createdAt: Date;
  updatedAt: Date;
}

export interface IssuesState {
  readonly repository: string;
  readonly issues: Issue[];
  readonly comments: Comment[];
  /** Whether that number is a pull request's. */
  isPull(number: number): boolean;
  nextNumber(): number;
  now(): Date;
}

const BOT = "github-actions[bot]";
/** GitHub's limit for the body of an issue or a comment, in characters. */
const LONGEST_BODY = 65_536;

export function issueRoutes(state: IssuesState): Route[] {
  const { issues, comments } = state;
  const issueAt = (number: string | undefined): Issue | undefined =>
    issues.find((issue) => String(issue.number) === number);
  const commentAt = (id: string | undefined): Comment | undefined =>
    comments.find((comment) => String(comment.id) === id);
  const knows = (number: number): boolean => state.isPull(number) || issues.some((issue) => issue.number === number);
  /** A pull request's comments are writable with either permission. */
  const may = ({ token }: ApiRequest, number: number, level: "read" | "write"): boolean =>
    token !== undefined &&
    (allows(token.permissions, "issues", level) ||
      (state.isPull(number) && allows(token.permissions, "pull-requests", level)));
  return [
    {
      method: "GET",
      path: "/repos/:owner/:repo/issues",
      permission: ["issues", "read"],
      handle: ({ query }) => ({ status: 200, items: listed(issues, query).map((issue) => issueJson(state, issue)) }),
    },
    {
      method: "POST",
      path: "/repos/:owner/:repo/issues",
      permission: ["issues", "write"],
      handle({ body }) {
        const title = String(body["title"] ?? "");
        const text = String(body["body"] ?? "");
        if (title === "") return invalid("title is missing");
        if (text.length > LONGEST_BODY) return invalid(`body is too long (maximum is ${LONGEST_BODY} characters)`);
        const issue: Issue = {
          number: state.nextNumber(),
          title,
          body: text,
          state: "open",
          labels: stringsAt(body["labels"], "labels"),
          author: BOT,
          createdAt: state.now(),
          updatedAt: state.now(),
        };
        issues.push(issue);
        return { status: 201, body: issueJson(state, issue) };
      },
    },
    {
      method: "GET",
      path: "/repos/:owner/:repo/issues/:number",
      permission: ["issues", "read"],
      handle({ path }) {
        const issue = issueAt(path["number"]);
        return issue ? { status: 200, body: issueJson(state, issue) } : NOT_FOUND;
      },
    },
    {
      method: "PATCH",
      path: "/repos/:owner/:repo/issues/:number",
      permission: ["issues", "write"],
      handle({ path, body }) {
        const issue = issueAt(path["number"]);
        if (!issue) return NOT_FOUND;
        if (typeof body["title"] === "string") issue.title = body["title"];
        if (typeof body["body"] === "string") issue.body = body["body"];
        if (body["state"] === "open" || body["state"] === "closed") issue.state = body["state"];
        if (body["labels"] !== undefined) issue.labels = stringsAt(body["labels"], "labels");
        issue.updatedAt = state.now();
        return { status: 200, body: issueJson(state, issue) };
      },
    },
    {
      method: "GET",
      path: "/repos/:owner/:repo/issues/:number/comments",
      permission: undefined,
      handle(request) {
        const number = Number(request.path["number"]);
        if (!may(request, number, "read")) return FORBIDDEN;
        return knows(number)
          ? {
              status: 200,
              items: comments
                .filter((comment) => comment.number === number)
                .map((comment) => commentJson(state, comment)),
            }
          : NOT_FOUND;
      },
    },
    {
      method: "POST",
      path: "/repos/:owner/:repo/issues/:number/comments",
      permission: undefined,
      handle(request) {
        const number = Number(request.path["number"]);
        if (!may(request, number, "write")) return FORBIDDEN;
        if (!knows(number)) return NOT_FOUND;
        const body = String(request.body["body"] ?? "");
        const problem = bodyProblem(body);
        if (problem) return problem;
        const id = comments.reduce((highest, comment) => Math.max(highest, comment.id), 0) + 1;
        const comment: Comment = {
          id,
          number,
          body,
          author: BOT,
          who: request.who,
          createdAt: state.now(),
          updatedAt: state.now(),
        };
        comments.push(comment);
        return { status: 201, body: commentJson(state, comment) };
      },
    },
    {
      method: "PATCH",
      path: "/repos/:owner/:repo/issues/comments/:id",
      permission: undefined,
      handle(request) {
        const comment = commentAt(request.path["id"]);
        if (!comment) return NOT_FOUND;
        if (!may(request, comment.number, "write")) return FORBIDDEN;
        const body = String(request.body["body"] ?? "");
        const problem = bodyProblem(body);
        if (problem) return problem;
        comment.body = body;
        comment.updatedAt = state.now();
        return { status: 200, body: commentJson(state, comment) };
      },
    },
    {
      method: "DELETE",
      path: "/repos/:owner/:repo/issues/comments/:id",
      permission: undefined,
      handle(request) {
        const comment = commentAt(request.path["id"]);
        if (!comment) return NOT_FOUND;
        if (!may(request, comment.number, "write")) return FORBIDDEN;
        comments.splice(comments.indexOf(comment), 1);
        return { status: 204 };
      },
    },
  ];
}

function bodyProblem(body: string): ApiAnswer | undefined {
  if (body === "") return invalid("body cannot be blank");
  return body.length > LONGEST_BODY ? invalid(`body is too long (maximum is ${LONGEST_BODY} characters)`) : undefined;
}

/** Newest first; `labels` are all wanted. */
function listed(issues: readonly Issue[], query: URLSearchParams): Issue[] {
  const wanted = query.get("state") ?? "open";
  const labels = (query.get("labels") ?? "").split(",").filter((label) => label !== "");
  return [...issues]
    .reverse()
    .filter(
      (issue) => (wanted === "all" || issue.state === wanted) && labels.every((label) => issue.labels.includes(label)),
    );
}

const userJson = (login: string): Json => ({ login, type: login.endsWith("[bot]") ? "Bot" : "User" });

function issueJson(state: IssuesState, issue: Issue): Json {
  return {
    number: issue.number,
    title: issue.title,
    body: issue.body,
    state: issue.state,
    labels: issue.labels.map((name) => ({ name })),
    user: userJson(issue.author),
    comments: state.comments.filter((comment) => comment.number === issue.number).length,
    created_at: timestamp(issue.createdAt),
    updated_at: timestamp(issue.updatedAt),
    html_url: `https://github.com/${state.repository}/issues/${issue.number}`,
  };
}

function commentJson(state: IssuesState, comment: Comment): Json {
  return {
    id: comment.id,
    body: comment.body,
    user: userJson(comment.author),
    performed_via_github_app: comment.author === BOT ? { slug: "github-actions" } : null,
    created_at: timestamp(comment.createdAt),
    updated_at: timestamp(comment.updatedAt),
    html_url: `https://github.com/${state.repository}/issues/${comment.number}#issuecomment-${comment.id}`,
  };
}
