/** A GitHub API for the world: routes that each say which permission they ask for, paging, and GitHub's refusals. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { allows, type TokenPermissions } from "../permissions.ts";

export interface ApiRequest {
  /** The named parts of the path. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: JsonObject;
  /** The body as it was sent, for what is no JSON. */
  readonly bytes: Buffer;
  readonly contentType: string;
  /** Whose token it is: the job's description. */
  readonly who: string;
  readonly token: ApiToken | undefined;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body?: Json;
  /** The items of a list, which the server pages; `wrap` names the key that holds them. */
  readonly items?: readonly Json[];
  readonly wrap?: string;
  /** What is sent instead of JSON. */
  readonly bytes?: Buffer;
}

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE" | "PATCH";
  /** `/repos/:owner/:repo/statuses/:sha`; a name with `*` takes slashes too. */
  readonly path: string;
  readonly permission: readonly [scope: string, level: "read" | "write"] | undefined;
  /** Whether it asks for no token at all. */
  readonly open?: boolean;
  handle(request: ApiRequest): Promise<ApiAnswer> | ApiAnswer;
}

export interface ApiToken {
  readonly who: string;
  readonly permissions: TokenPermissions;
  /** A GITHUB_TOKEN's events start no workflows, an app's do. */
  readonly of: "job" | "app";
}

export interface ApiCall {
  readonly who: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

export interface ApiServer {
  readonly url: string;
  readonly calls: readonly ApiCall[];
  /** The next `times` requests that match answer with `status`. */
  fault(path: RegExp, status: number, times: number): void;
  stop(): Promise<void>;
}

export async function startApi(
  routes: readonly Route[],
  token: (value: string) => ApiToken | undefined,
): Promise<ApiServer> {
  const calls: ApiCall[] = [];
  const faults: { path: RegExp; status: number; left: number }[] = [];
  const compiled = routes.map((route) => ({
    route,
    test: new RegExp(`^${route.path.replace(/:(\w+)\*/g, "(?<$1>.+)").replace(/:(\w+)/g, "(?<$1>[^/]+)")}$`),
  }));

  const answerTo = async (
    method: string,
    url: URL,
    sent: SentBody,
    caller: ApiToken | undefined,
  ): Promise<ApiAnswer> => {
    const fault = faults.find((candidate) => candidate.left > 0 && candidate.path.test(url.pathname));
    if (fault) {
      fault.left -= 1;
      return { status: fault.status, body: { message: "Server Error" } };
    }
    for (const { route, test } of compiled) {
      const match = route.method === method ? test.exec(url.pathname) : null;
      if (!match) continue;
      if (route.open)
        return route.handle({
          path: match.groups ?? {},
          query: url.searchParams,
          ...sent,
          who: "nobody",
          token: caller,
        });
      if (!caller) return { status: 401, body: { message: "Bad credentials" } };
      if (route.permission && !allows(caller.permissions, ...route.permission))
        return { status: 403, body: { message: "Resource not accessible by integration" } };
      const path = Object.fromEntries(
        Object.entries(match.groups ?? {}).map(([key, value]) => [key, decodeURIComponent(value)]),
      );
      return route.handle({ path, query: url.searchParams, ...sent, who: caller.who, token: caller });
    }
    return caller
      ? { status: 404, body: { message: "Not Found" } }
      : { status: 401, body: { message: "Bad credentials" } };
  };

  const server = createServer((incoming, answer) => {
    void (async () => {
      const url = new URL(incoming.url ?? "/", "http://api");
      const value = /^(?:Bearer|token) (.+)$/i.exec(incoming.headers.authorization ?? "")?.[1] ?? "";
      const caller = token(value);
      const method = incoming.method ?? "GET";
      let result: ApiAnswer;
      try {
        result = await answerTo(method, url, await readBody(incoming), caller);
      } catch (error) {
        result = { status: 500, body: { message: String(error) } };
      }
      calls.push({ who: caller?.who ?? "nobody", method, path: url.pathname + url.search, status: result.status });
      if (result.bytes) {
        answer.writeHead(result.status, { "content-type": "application/octet-stream" });
        answer.end(result.bytes);
        return;
      }
      const paged = result.items ? page(result.items, url, result.wrap) : { body: result.body, headers: {} };
      answer.writeHead(result.status, { "content-type": "application/json", ...paged.headers });
      answer.end(result.status === 204 ? undefined : JSON.stringify(paged.body ?? null));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    fault: (path, status, times) => void faults.push({ path, status, left: times }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** 30 items a page, 100 at most, and a Link header (docs.github.com, "Using pagination in the REST API"). */
function page(
  items: readonly Json[],
  url: URL,
  wrap: string | undefined,
): { body: Json; headers: Record<string, string> } {
  const size = Math.min(100, Number(url.searchParams.get("per_page") ?? "30"));
  const number = Number(url.searchParams.get("page") ?? "1");
  const part = items.slice((number - 1) * size, number * size);
  const last = Math.max(1, Math.ceil(items.length / size));
  const link = (to: number, rel: string): string => {
    const target = new URL(url);
    target.searchParams.set("page", String(to));
    return `<${target.href}>; rel="${rel}"`;
  };
  const headers: Record<string, string> =
    number < last ? { link: [link(number + 1, "next"), link(last, "last")].join(", ") } : {};
  return { body: wrap === undefined ? [...part] : { total_count: items.length, [wrap]: [...part] }, headers };
}

type SentBody = Pick<ApiRequest, "body" | "bytes" | "contentType">;

async function readBody(incoming: IncomingMessage): Promise<SentBody> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  return { body: jsonOf(bytes), bytes, contentType: incoming.headers["content-type"] ?? "" };
}

/** An uploaded file is no JSON, and curl calls everything a form: the bytes decide. */
function jsonOf(bytes: Buffer): JsonObject {
  try {
    const value = JSON.parse(bytes.toString("utf8")) as Json;
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

export const NOT_FOUND: ApiAnswer = { status: 404, body: { message: "Not Found" } };
export const FORBIDDEN: ApiAnswer = { status: 403, body: { message: "Resource not accessible by integration" } };
export const invalid = (message: string): ApiAnswer => ({
  status: 422,
  body: { message: `Validation Failed: ${message}` },
});
