/** Where the versions of an action are read: GitHub's API, or a file of facts. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import * as z from "zod";
import { userError } from "../../config/user-error.ts";
import { isVersion, type ReleasedVersion } from "./version.ts";

/** The released versions of an action, such as `actions/checkout` or `github/codeql-action/upload-sarif`. */
export interface VersionSource {
  versionsOf(action: string): Promise<ReleasedVersion[]>;
  /** The commit of a version: a tag may stand for an object that names the commit. */
  commitOf(action: string, version: ReleasedVersion): Promise<string>;
}

const sha = z.string().regex(/^[0-9a-f]{40}$/);
const factsShape = z.record(z.string(), z.looseObject({ versions: z.array(z.looseObject({ tag: z.string(), sha })) }));

/** `owner/name` of an action in a folder of a repository. */
const repositoryOf = (action: string): string => action.split("/").slice(0, 2).join("/");

/** @param path relative to `cwd`: `{"actions/checkout": {"versions": [{"tag": "v7.0.1", "sha": "..."}]}}` */
export async function factsFile(cwd: string, path: string): Promise<VersionSource> {
  const text = await readFile(resolve(cwd, path), "utf8").catch((error: unknown) => {
    throw userError(
      `The file of facts ${path} cannot be read: ${error instanceof Error && "code" in error ? String(error.code) : String(error)}.`,
    );
  });
  const facts = factsShape.safeParse(parsed(text));
  if (!facts.success) {
    throw userError(`${path} is no file of facts.`, {
      hint: 'It holds {"owner/name": {"versions": [{"tag": "v1.2.3", "sha": "<40 hexadecimal digits>"}]}}.',
    });
  }
  return {
    versionsOf: async (action) => (facts.data[action] ?? facts.data[repositoryOf(action)])?.versions ?? [],
    commitOf: async (_, version) => version.sha,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const object = z.object({ sha, type: z.string() });
const refs = z.array(z.object({ ref: z.string(), object }));
const tag = z.object({ object });

const TIMEOUT_MILLISECONDS = 20_000;
const MOST_PAGES = 50;

/** The API that runners and tools find in `GITHUB_API_URL`; with `GITHUB_TOKEN` it answers more often. */
export function gitHub(env: Readonly<Record<string, string | undefined>>): VersionSource {
  const base = (env["GITHUB_API_URL"] ?? "https://api.github.com").replace(/\/+$/, "");
  const token = env["GITHUB_TOKEN"] ?? env["GH_TOKEN"];
  const kinds = new Map<string, string>();
  const versions = new Map<string, Promise<ReleasedVersion[]>>();

  const get = async (url: string, action: string): Promise<{ body: unknown; next: string | undefined }> => {
    const headers = {
      accept: "application/vnd.github+json",
      "user-agent": "pipewright",
      ...(token && { authorization: `Bearer ${token}` }),
    };
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) }).catch(
      (error: unknown) => {
        throw userError(`GitHub's API at ${base} cannot be reached: ${reason(error)}.`, {
          hint: "Without a network, `--facts <file>` reads versions from a file.",
        });
      },
    );
    if (!response.ok) throw refused(response, action);
    const next = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
    // The token goes to no other host, whatever a page says.
    return {
      body: await response.json().catch(() => undefined),
      next: next?.startsWith(`${base}/`) ? next : undefined,
    };
  };

  const read = async (repository: string): Promise<ReleasedVersion[]> => {
    const found: ReleasedVersion[] = [];
    let url: string | undefined = `${base}/repos/${repository}/git/matching-refs/tags?per_page=100`;
    for (let count = 0; url !== undefined && count < MOST_PAGES; count++) {
      const { body, next } = await get(url, repository);
      const page = refs.safeParse(body);
      if (!page.success) throw unreadable(base, repository);
      for (const { ref, object } of page.data) {
        const name = ref.replace(/^refs\/tags\//, "");
        if (!isVersion(name)) continue;
        found.push({ tag: name, sha: object.sha });
        kinds.set(object.sha, object.type);
      }
      url = next;
    }
    return found;
  };

  return {
    versionsOf: (action) => {
      const repository = repositoryOf(action);
      const known = versions.get(repository) ?? read(repository);
      versions.set(repository, known);
      return known;
    },
    commitOf: async (action, version) => {
      let { sha } = version;
      // An annotated tag names a commit, or another tag.
      for (let depth = 0; kinds.get(sha) === "tag" && depth < 5; depth++) {
        const { body } = await get(`${base}/repos/${repositoryOf(action)}/git/tags/${sha}`, action);
        const annotated = tag.safeParse(body);
        if (!annotated.success) throw unreadable(base, action);
        ({ sha } = annotated.data.object);
        kinds.set(sha, annotated.data.object.type);
      }
      if (kinds.get(sha) !== "commit") throw userError(`The tag ${version.tag} of ${action} stands for no commit.`);
      return sha;
    },
  };
}

function refused(response: Response, action: string): Error {
  if (response.status === 404)
    return userError(`There is no repository of the action ${action}, or it may not be read.`, {
      hint: "Is its name right? For a private one set GITHUB_TOKEN.",
    });
  if (response.status === 401) return userError("GitHub does not accept the token in GITHUB_TOKEN.");
  if (response.status === 403 || response.status === 429) {
    return userError(
      `GitHub's API refuses to answer about ${action} (${response.status}): the rate limit may be used up.`,
      { hint: "Set GITHUB_TOKEN, or wait an hour." },
    );
  }
  return userError(`GitHub's API answers ${response.status} when asked about ${action}.`, {
    hint: "Try again later, or use `--facts <file>`.",
  });
}

const unreadable = (base: string, action: string): Error =>
  userError(`The answer of ${base} about ${action} is not what GitHub's API gives.`, {
    hint: "Is GITHUB_API_URL right?",
  });

function reason(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError")
    return `no answer within ${TIMEOUT_MILLISECONDS / 1000} seconds`;
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? ("code" in cause ? String(cause.code) : cause.message) : String(cause);
}
