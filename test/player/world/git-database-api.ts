/** Commits, trees and blobs as Git stores them: what a program reads and writes that has checked nothing out. */
import { isObject, type Json, type JsonObject } from "../json.ts";
import { invalid, NOT_FOUND, type Route } from "./api-server.ts";
import type { Git } from "./git.ts";

const repo = "/repos/:owner/:repo/git";
const read = ["contents", "read"] as const;
const write = ["contents", "write"] as const;

const text = (body: Json | undefined, name: string): string => {
  const value = isObject(body) ? body[name] : undefined;
  return typeof value === "string" ? value : "";
};
const list = (body: Json | undefined, name: string): Json[] => {
  const value = isObject(body) ? body[name] : undefined;
  return Array.isArray(value) ? value : [];
};

export function gitDatabaseRoutes(git: Git): Route[] {
  /** Git itself says whether there is such an object. */
  const stored = async (kind: string, sha: string): Promise<boolean> =>
    (await git.query("cat-file", "-t", sha).catch(() => "")) === kind;
  const commit = async (sha: string): Promise<JsonObject> => {
    const [tree = "", parents = "", message = ""] = (
      await git.query("show", "--no-patch", "--format=%T%n%P%n%s", sha)
    ).split("\n");
    return {
      sha,
      message,
      tree: { sha: tree },
      parents: parents
        .split(" ")
        .filter(Boolean)
        .map((parent) => ({ sha: parent })),
    };
  };
  return [
    {
      method: "GET",
      path: `${repo}/commits/:sha`,
      permission: read,
      handle: async ({ path: { sha = "" } }) =>
        (await stored("commit", sha)) ? { status: 200, body: await commit(sha) } : NOT_FOUND,
    },
    {
      method: "GET",
      path: `${repo}/trees/:sha`,
      permission: read,
      async handle({ path: { sha = "" } }) {
        if (!(await stored("tree", sha))) return NOT_FOUND;
        const entries = (await git.query("ls-tree", sha)).split("\n").flatMap((line): Json[] => {
          const [, mode = "", type = "", name = "", path = ""] = /^(\d+) (\w+) (\w+)\t(.*)$/.exec(line) ?? [];
          return name === "" ? [] : [{ path, mode, type, sha: name }];
        });
        return { status: 200, body: { sha, tree: entries, truncated: false } };
      },
    },
    {
      method: "GET",
      path: `${repo}/blobs/:sha`,
      permission: read,
      handle: async ({ path: { sha = "" } }) =>
        (await stored("blob", sha))
          ? { status: 200, body: { sha, encoding: "base64", content: (await git.blob(sha)).toString("base64") } }
          : NOT_FOUND,
    },
    {
      method: "POST",
      path: `${repo}/blobs`,
      permission: write,
      handle: async ({ body }) => ({
        status: 201,
        body: { sha: await git.writeBlob(Buffer.from(text(body, "content"), "base64")) },
      }),
    },
    {
      method: "POST",
      path: `${repo}/trees`,
      permission: write,
      async handle({ body }) {
        const base = text(body, "base_tree");
        if (!(await stored("tree", base))) return invalid("base_tree is not a valid tree oid");
        const entries = list(body, "tree").map((entry) => ({
          path: text(entry, "path"),
          mode: text(entry, "mode"),
          sha: text(entry, "sha"),
        }));
        return { status: 201, body: { sha: await git.writeTree(base, entries) } };
      },
    },
    {
      method: "POST",
      path: `${repo}/commits`,
      permission: write,
      async handle({ body }) {
        const parents = list(body, "parents").filter((parent) => typeof parent === "string");
        const sha = await git.writeCommit(text(body, "tree"), parents, text(body, "message"));
        return { status: 201, body: await commit(sha) };
      },
    },
  ];
}
