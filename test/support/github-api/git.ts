/** "Git database" of GitHub's REST API, over a real repository. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { type Answer, type Request, type Route, notFound, ok, path, textOf } from "./route.ts";

const IDENTITY = {
  GIT_AUTHOR_NAME: "GitHub",
  GIT_AUTHOR_EMAIL: "noreply@github.com",
  GIT_COMMITTER_NAME: "GitHub",
  GIT_COMMITTER_EMAIL: "noreply@github.com",
};

/** With an index of its own: the repository's may hold what a test has not committed. */
function git(folder: string, words: readonly string[], input: Buffer | string = ""): Buffer {
  return execFileSync("git", words, {
    cwd: folder,
    input,
    maxBuffer: 1 << 28,
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_INDEX_FILE: join(folder, ".git", "index-of-the-api"),
      ...IDENTITY,
    },
  });
}

const invalid = (message: string): Answer => ({ status: 422, body: { message } });

/** Answers with what `read` gives; 404 when Git does not know the object. */
function overGit(
  { state, parameters }: Request,
  read: (ask: (words: readonly string[], input?: Buffer | string) => Buffer) => Answer,
): Answer {
  const { gitFolder } = state;
  if (parameters["repository"] !== state.repository || gitFolder === undefined) return notFound();
  try {
    return read((words, input) => git(gitFolder, words, input));
  } catch {
    return notFound();
  }
}

const listOf = (body: unknown, name: string): unknown[] => {
  const value: unknown = typeof body === "object" && body !== null ? Reflect.get(body, name) : undefined;
  return Array.isArray(value) ? value : [];
};

export const gitRoutes: readonly Route[] = [
  {
    method: "GET",
    path: path("/repos/{repository}/git/ref/{*ref}"),
    handle(request) {
      const {
        state,
        parameters: { ref = "" },
      } = request;
      const known = state.branches[ref.replace(/^heads\//, "")];
      if (state.gitFolder === undefined)
        return known && ref.startsWith("heads/")
          ? ok({ ref: `refs/${ref}`, object: { type: "commit", sha: known } })
          : notFound();
      return overGit(request, (ask) => {
        const sha = ask(["rev-parse", "--verify", "--quiet", "--end-of-options", `refs/${ref}`])
          .toString()
          .trim();
        return ok({ ref: `refs/${ref}`, object: { type: ask(["cat-file", "-t", sha]).toString().trim(), sha } });
      });
    },
  },
  {
    method: "GET",
    path: path("/repos/{repository}/git/tags/{sha}"),
    handle: (request) =>
      overGit(request, (ask) => {
        const text = ask(["cat-file", "tag", request.parameters["sha"] ?? ""]).toString();
        return ok({
          sha: request.parameters["sha"],
          object: { sha: /^object (\w+)$/m.exec(text)?.[1], type: /^type (\w+)$/m.exec(text)?.[1] },
        });
      }),
  },
  {
    method: "GET",
    path: path("/repos/{repository}/git/commits/{sha}"),
    handle: (request) =>
      overGit(request, (ask) => {
        const sha = request.parameters["sha"] ?? "";
        const text = ask(["cat-file", "commit", sha]).toString();
        return ok({
          sha,
          message: text.slice(text.indexOf("\n\n") + 2),
          tree: { sha: /^tree (\w+)$/m.exec(text)?.[1] },
          parents: [...text.matchAll(/^parent (\w+)$/gm)].map((match) => ({ sha: match[1] })),
        });
      }),
  },
  {
    method: "GET",
    path: path("/repos/{repository}/git/trees/{sha}"),
    handle: (request) =>
      overGit(request, (ask) => {
        const entries = ask(["ls-tree", "-z", request.parameters["sha"] ?? ""])
          .toString()
          .split("\0")
          .filter(Boolean);
        const tree = entries.map((line) => {
          const [info = "", name = ""] = line.split("\t");
          const [mode, type, sha] = info.split(" ");
          return { path: name, mode, type, sha };
        });
        return ok({ sha: request.parameters["sha"], tree, truncated: false });
      }),
  },
  {
    method: "GET",
    path: path("/repos/{repository}/contents/{*file}"),
    handle: (request) =>
      overGit(request, (ask) => {
        const object = `${request.url.searchParams.get("ref") ?? "main"}:${request.parameters["file"] ?? ""}`;
        if (ask(["cat-file", "-t", object]).toString().trim() !== "blob") return ok([]);
        return ok({
          path: request.parameters["file"],
          encoding: "base64",
          content: ask(["cat-file", "blob", object]).toString("base64").replace(/.{60}/g, "$&\n"),
        });
      }),
  },
  {
    method: "GET",
    path: path("/repos/{repository}/git/blobs/{sha}"),
    handle: (request) =>
      overGit(request, (ask) =>
        ok({
          sha: request.parameters["sha"],
          encoding: "base64",
          content: ask(["cat-file", "blob", request.parameters["sha"] ?? ""])
            .toString("base64")
            .replace(/.{60}/g, "$&\n"),
        }),
      ),
  },
  {
    method: "POST",
    path: path("/repos/{repository}/git/blobs"),
    handle: (request) =>
      overGit(request, (ask) => ({
        status: 201,
        body: {
          sha: ask(["hash-object", "-w", "--stdin"], Buffer.from(textOf(request.body, "content"), "base64"))
            .toString()
            .trim(),
        },
      })),
  },
  {
    method: "POST",
    path: path("/repos/{repository}/git/trees"),
    handle: (request) =>
      overGit(request, (ask) => {
        ask(["read-tree", textOf(request.body, "base_tree")]);
        for (const entry of listOf(request.body, "tree"))
          ask([
            "update-index",
            "--add",
            "--cacheinfo",
            `${textOf(entry, "mode")},${textOf(entry, "sha")},${textOf(entry, "path")}`,
          ]);
        return { status: 201, body: { sha: ask(["write-tree"]).toString().trim() } };
      }),
  },
  {
    method: "POST",
    path: path("/repos/{repository}/git/commits"),
    handle: (request) =>
      overGit(request, (ask) => {
        const parents = listOf(request.body, "parents").flatMap((parent) => ["-p", String(parent)]);
        return {
          status: 201,
          body: {
            sha: ask(["commit-tree", textOf(request.body, "tree"), ...parents], textOf(request.body, "message"))
              .toString()
              .trim(),
          },
        };
      }),
  },
  {
    method: "POST",
    path: path("/repos/{repository}/git/refs"),
    handle: (request) =>
      overGit(request, (ask) => {
        const ref = textOf(request.body, "ref");
        try {
          ask(["check-ref-format", ref]);
          ask(["update-ref", ref, textOf(request.body, "sha"), "0".repeat(40)]);
        } catch {
          return invalid("Reference already exists");
        }
        return { status: 201, body: { ref } };
      }),
  },
  {
    method: "PATCH",
    path: path("/repos/{repository}/git/refs/{*ref}"),
    handle: (request) =>
      overGit(request, (ask) => {
        const ref = `refs/${request.parameters["ref"] ?? ""}`;
        ask(["rev-parse", "--verify", "--quiet", ref]);
        ask(["update-ref", ref, textOf(request.body, "sha")]);
        return ok({ ref });
      }),
  },
];
