/** Commits, refs, tags and the contents of files. */
import { fullName, type RepositoryInfo } from "../events.ts";
import type { Json } from "../json.ts";
import { timestamp } from "../runs.ts";
import { type ApiAnswer, type ApiRequest, FORBIDDEN, invalid, NOT_FOUND, type Route } from "./api-server.ts";
import type { Git } from "./git.ts";
import { changedFiles } from "./pulls-api.ts";

export interface GitState {
  readonly repository: RepositoryInfo;
  readonly git: Git;
  /** When a commit was made, as old as the world has made it since. */
  committedAt(sha: string): Promise<Date>;
  /** A ref has moved: an app's token starts workflows with it. */
  pushed(request: ApiRequest, ref: string, sha: string): Promise<void>;
}

const repo = "/repos/:owner/:repo";
const read = ["contents", "read"] as const;
const write = ["contents", "write"] as const;

export function gitRoutes(state: GitState): Route[] {
  const { git } = state;
  const refJson = (ref: string, sha: string): Json => ({ ref, object: { type: "commit", sha } });
  return [
    {
      method: "GET",
      path: `${repo}/git/ref/:ref*`,
      permission: read,
      async handle({ path: { ref = "" } }) {
        const sha = await git.ref(`refs/${ref}`);
        return sha ? { status: 200, body: refJson(`refs/${ref}`, sha) } : NOT_FOUND;
      },
    },
    {
      method: "GET",
      path: `${repo}/git/matching-refs/:prefix*`,
      permission: read,
      async handle({ path: { prefix = "" } }) {
        const refs = (await git.query("for-each-ref", "--format=%(refname) %(objectname)"))
          .split("\n")
          .map((line) => line.split(" "));
        return {
          status: 200,
          items: refs
            .filter(([name = ""]) => name.startsWith(`refs/${prefix}`))
            .map(([name = "", sha = ""]) => refJson(name, sha)),
        };
      },
    },
    {
      method: "POST",
      path: `${repo}/git/refs`,
      permission: write,
      async handle(request) {
        const { ref, sha } = { ref: String(request.body["ref"]), sha: String(request.body["sha"]) };
        if (!ref.startsWith("refs/") || ref.split("/").length < 3)
          return invalid("Reference name must start with 'refs/' and contain at least two slashes.");
        if (await git.ref(ref)) return { status: 422, body: { message: "Reference already exists" } };
        if ((await git.ref(sha)) !== sha) return { status: 422, body: { message: "Object does not exist" } };
        return move(state, request, ref, sha, 201);
      },
    },
    {
      method: "PATCH",
      path: `${repo}/git/refs/:ref*`,
      permission: write,
      async handle(request) {
        const ref = `refs/${request.path["ref"] ?? ""}`;
        const sha = String(request.body["sha"]);
        const before = await git.ref(ref);
        if (!before) return { status: 422, body: { message: "Reference does not exist" } };
        if ((await git.ref(sha)) !== sha) return { status: 422, body: { message: "Object does not exist" } };
        if (request.body["force"] !== true && (await git.query("merge-base", before, sha)) !== before)
          return { status: 422, body: { message: "Update is not a fast forward" } };
        return move(state, request, ref, sha, 200);
      },
    },
    {
      method: "DELETE",
      path: `${repo}/git/refs/:ref*`,
      permission: write,
      async handle({ path: { ref = "" } }) {
        if (!(await git.ref(`refs/${ref}`))) return { status: 422, body: { message: "Reference does not exist" } };
        await git.deleteRef(`refs/${ref}`);
        return { status: 204 };
      },
    },
    {
      method: "GET",
      path: `${repo}/tags`,
      permission: read,
      handle: async () => ({
        status: 200,
        items: (
          await git.query(
            "for-each-ref",
            "--sort=-version:refname",
            "--format=%(refname:lstrip=2) %(objectname)",
            "refs/tags",
          )
        )
          .split("\n")
          .filter(Boolean)
          .map((line) => ({ name: line.split(" ")[0] ?? "", commit: { sha: line.split(" ")[1] ?? "" } })),
      }),
    },
    {
      method: "GET",
      path: `${repo}/compare/:range*`,
      permission: read,
      handle: ({ path }) => compare(state, path["range"] ?? ""),
    },
    {
      method: "GET",
      path: `${repo}/commits`,
      permission: read,
      async handle({ query }) {
        const sha = await commitOf(git, query.get("sha") ?? state.repository.defaultBranch);
        if (!sha) return NOT_FOUND;
        const file = query.get("path");
        const shas = (await git.query("rev-list", sha, ...(file === null ? [] : ["--", file])))
          .split("\n")
          .filter(Boolean);
        return { status: 200, items: await Promise.all(shas.map((each) => commitJson(state, each))) };
      },
    },
    {
      method: "GET",
      path: `${repo}/commits/:ref`,
      permission: read,
      async handle({ path: { ref = "" } }) {
        const sha = await commitOf(git, ref);
        return sha
          ? { status: 200, body: await commitJson(state, sha) }
          : { status: 422, body: { message: `No commit found for SHA: ${ref}` } };
      },
    },
    {
      method: "GET",
      path: `${repo}/contents/:path*`,
      permission: read,
      handle: ({ path, query }) =>
        contents(state, path["path"] ?? "", query.get("ref") ?? state.repository.defaultBranch),
    },
    {
      method: "PUT",
      path: `${repo}/contents/:path*`,
      permission: write,
      handle: (request) => writeContents(state, request),
    },
  ];
}

const commitOf = async (git: Git, ref: string): Promise<string | undefined> =>
  (await git.ref(ref)) ?? git.ref(`refs/heads/${ref}`);

async function move(
  state: GitState,
  request: ApiRequest,
  ref: string,
  sha: string,
  status: number,
): Promise<ApiAnswer> {
  await state.git.setRef(ref, sha);
  await state.pushed(request, ref, sha);
  return { status, body: { ref, object: { type: "commit", sha } } };
}

async function commitJson(state: GitState, sha: string): Promise<Json> {
  const [parents = "", name = "", email = "", ...message] = (
    await state.git.query("show", "--no-patch", "--format=%P%n%an%n%ae%n%B", sha)
  ).split("\n");
  const date = timestamp(await state.committedAt(sha));
  const person = { name, email, date };
  return {
    sha,
    html_url: `https://github.com/${fullName(state.repository)}/commit/${sha}`,
    commit: { message: message.join("\n").trim(), author: person, committer: person },
    parents: parents
      .split(" ")
      .filter(Boolean)
      .map((parent) => ({ sha: parent })),
  };
}

async function compare(state: GitState, range: string): Promise<ApiAnswer> {
  const { git } = state;
  const [base, head] = await Promise.all(range.split("...").map((ref) => commitOf(git, ref)));
  if (!base || !head) return NOT_FOUND;
  const common = await git.query("merge-base", base, head);
  const shas = async (from: string, to: string): Promise<string[]> =>
    (await git.query("rev-list", "--reverse", `${from}..${to}`)).split("\n").filter(Boolean);
  const [ahead, behind] = [await shas(base, head), await shas(head, base)];
  const status =
    ahead.length > 0 && behind.length > 0
      ? "diverged"
      : ahead.length > 0
        ? "ahead"
        : behind.length > 0
          ? "behind"
          : "identical";
  const files = changedFiles(await git.query("diff", "--name-status", "--no-renames", common, head));
  return {
    status: 200,
    body: {
      status,
      ahead_by: ahead.length,
      behind_by: behind.length,
      total_commits: ahead.length,
      merge_base_commit: await commitJson(state, common),
      commits: await Promise.all(ahead.map((sha) => commitJson(state, sha))),
      files,
    },
  };
}

async function contents(state: GitState, path: string, ref: string): Promise<ApiAnswer> {
  const { git } = state;
  const sha = await commitOf(git, ref);
  if (!sha) return NOT_FOUND;
  const [entry = ""] = (await git.query("ls-tree", sha, path.replace(/\/$/, ""))).split("\n");
  const [, type, blob = ""] = /^\d+ (blob|tree) ([0-9a-f]{40})\t/.exec(entry) ?? [];
  if (type === "tree")
    return {
      status: 200,
      body: (await git.list(sha, path)).map((each) => ({
        type: "file",
        path: each,
        name: each.split("/").at(-1) ?? "",
      })),
    };
  if (type !== "blob") return NOT_FOUND;
  return {
    status: 200,
    body: {
      type: "file",
      path,
      name: path.split("/").at(-1) ?? "",
      sha: blob,
      encoding: "base64",
      content: (await git.blob(blob)).toString("base64"),
    },
  };
}

/** One commit that writes one file. A file that is there is only written over by who names its blob. */
async function writeContents(state: GitState, request: ApiRequest): Promise<ApiAnswer> {
  const { git, repository } = state;
  const {
    path: { path = "" },
    body,
  } = request;
  if (path.startsWith(".github/workflows/") && request.token?.permissions["workflows"] !== "write") return FORBIDDEN;
  const branch = String(body["branch"] ?? repository.defaultBranch);
  const tip = await git.ref(`refs/heads/${branch}`);
  if (!tip) return NOT_FOUND;
  const before = /^\d+ blob ([0-9a-f]{40})\t/.exec(await git.query("ls-tree", tip, path))?.[1];
  if (before !== undefined && body["sha"] === undefined)
    return { status: 422, body: { message: 'Invalid request.\n\n"sha" wasn\'t supplied.' } };
  if (before !== body["sha"])
    return { status: 409, body: { message: `${path} does not match ${String(body["sha"])}` } };
  const sha = await git.commit(
    fullName(repository),
    branch,
    { [path]: Buffer.from(String(body["content"]), "base64").toString("utf8") },
    { message: String(body["message"]) },
  );
  await state.pushed(request, `refs/heads/${branch}`, sha);
  return { status: before === undefined ? 201 : 200, body: { content: { path }, commit: { sha } } };
}
