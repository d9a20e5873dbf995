import { createServer } from "node:http";
import { once } from "node:events";
import { onTestFinished } from "vitest";

/** A repository's tags: an annotated one has an object of its own between tag and commit. */
export type Tags = Readonly<Record<string, { commit: string; annotated?: string }>>;

export interface TagServer {
  url: string;
  /** `GET /path`, with the authorization that came along. */
  requests: { path: string; authorization: string | undefined }[];
}

/** The part of GitHub's API that lists tags, in pages of two. `status` lets it answer with an error. */
export async function tagServer(
  repositories: Readonly<Record<string, Tags>>,
  { status }: { status?: number } = {},
): Promise<TagServer> {
  const requests: TagServer["requests"] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    requests.push({ path: url.pathname, authorization: request.headers.authorization });
    const [, repository = "", kind, sha] =
      /^\/repos\/([^/]+\/[^/]+)\/git\/(matching-refs\/tags|tags\/(.+))$/.exec(url.pathname) ?? [];
    const tags = repositories[repository];
    const answer = (code: number, body: unknown, headers = {}): void =>
      void response.writeHead(code, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
    if (status !== undefined) return answer(status, { message: "No." });
    if (!tags) return answer(404, { message: "Not Found" });
    if (kind?.startsWith("tags/")) {
      const found = Object.values(tags).find(({ annotated }) => annotated === sha);
      return found ? answer(200, { tag: "x", object: { type: "commit", sha: found.commit } }) : answer(404, {});
    }
    const page = Number(url.searchParams.get("page") ?? 1);
    const all = Object.entries(tags).map(([name, { commit, annotated }]) => ({
      ref: `refs/tags/${name}`,
      object: annotated ? { type: "tag", sha: annotated } : { type: "commit", sha: commit },
    }));
    url.searchParams.set("page", String(page + 1));
    const next = `http://${request.headers.host}${url.pathname}${url.search}`;
    answer(200, all.slice((page - 1) * 2, page * 2), page * 2 < all.length ? { link: `<${next}>; rel="next"` } : {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`, requests };
}
