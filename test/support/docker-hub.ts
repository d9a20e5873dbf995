/**
 * A local server that speaks the part of Docker Hub's API that deletes tags: a login, the list of tags in pages, one tag,
 * and its deletion (Docker Hub API reference: "Create access token", "List repository tags").
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface HubTag {
  readonly name: string;
  readonly digest?: string;
  readonly last_updated: string;
  readonly images: readonly { readonly digest: string; readonly size: number }[];
}

export interface DockerHub {
  readonly url: string;
  tags: HubTag[];
  /** Every request: method and path. */
  readonly requests: string[];
  /** Statuses that the next requests are answered with, whatever they ask for. */
  readonly faults: number[];
  /** What happens before a request is answered. */
  onRequest: (method: string, path: string) => void;
  /** From then on the tokens that were given out are worth nothing. */
  expireTokens(): void;
  stop(): Promise<void>;
}

const PAGE = 2;

/** @param repository such as `acme/app` */
export async function startDockerHub(
  repository: string,
  login: { readonly username: string; readonly password: string },
): Promise<DockerHub> {
  const [namespace, name] = repository.split("/");
  const base = `/v2/namespaces/${namespace}/repositories/${name}/tags`;
  let token = "token-1";
  const hub = {
    tags: [] as HubTag[],
    requests: [] as string[],
    faults: [] as number[],
    onRequest: (_method: string, _path: string): void => undefined,
  };

  const server = createServer((incoming, response) => {
    const parts: Buffer[] = [];
    incoming.on("data", (part: Buffer) => parts.push(part));
    incoming.on("end", () => {
      const method = incoming.method ?? "GET";
      const path = incoming.url ?? "/";
      hub.requests.push(`${method} ${path}`);
      hub.onRequest(method, path);
      const { status, body } = answer(
        method,
        new URL(path, "http://hub"),
        Buffer.concat(parts).toString("utf8"),
        incoming.headers.authorization,
      );
      response.writeHead(status, { "content-type": "application/json" });
      response.end(body === undefined ? "" : JSON.stringify(body));
    });
  });

  function answer(
    method: string,
    url: URL,
    text: string,
    authorization: string | undefined,
  ): { status: number; body?: unknown } {
    const fault = hub.faults.shift();
    if (fault !== undefined) return { status: fault, body: { message: "injected by the test" } };
    if (url.pathname === "/v2/auth/token") {
      const { identifier, secret }: { identifier?: unknown; secret?: unknown } = JSON.parse(text);
      return identifier === login.username && secret === login.password
        ? { status: 200, body: { access_token: token } }
        : { status: 401, body: { detail: "Incorrect authentication credentials" } };
    }
    if (authorization !== `Bearer ${token}`) return { status: 401, body: { message: "unauthorized" } };
    if (url.pathname === base) {
      const start = (Number(url.searchParams.get("page") ?? 1) - 1) * PAGE;
      return {
        status: 200,
        body: {
          count: hub.tags.length,
          next: start + PAGE < hub.tags.length ? "a page more" : null,
          results: hub.tags.slice(start, start + PAGE),
        },
      };
    }
    const found = hub.tags.find((tag) => url.pathname === `${base}/${tag.name}`);
    if (!found) return { status: 404, body: { message: "tag not found" } };
    if (method === "DELETE") hub.tags = hub.tags.filter((tag) => tag !== found);
    return method === "DELETE" ? { status: 204 } : { status: 200, body: found };
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(hub, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    expireTokens: () => void (token = `${token}x`),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
