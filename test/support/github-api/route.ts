/** What a route of the API is, and how lists are paged. */
import type { GithubState } from "./state.ts";

export interface Answer {
  readonly status: number;
  /** JSON, the bytes of a download, or nothing. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Request {
  readonly state: GithubState;
  /** The named groups of the route's path, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly url: URL;
  readonly body: unknown;
  /** The body as it was sent. */
  readonly bytes: Buffer;
}

export interface Route {
  readonly method: "GET" | "POST" | "DELETE" | "PATCH" | "PUT";
  readonly path: RegExp;
  readonly handle: (request: Request) => Answer;
}

/** `path("/repos/{repository}/pulls/{number}")`; `{repository}` takes owner and name, `{*rest}` takes slashes too. */
export function path(template: string): RegExp {
  const source = template
    .replace(/[.]/g, "\\.")
    .replace("{repository}", "(?<repository>[^/]+/[^/]+)")
    .replace(/\{\*(\w+)\}/g, "(?<$1>.+)")
    .replace(/\{(\w+)\}/g, "(?<$1>[^/]+)");
  return new RegExp(`^${source}$`);
}

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const notFound = (message = "Not Found"): Answer => ({
  status: 404,
  body: { message, documentation_url: "https://docs.github.com/rest" },
});

/** One page of a list: 30 items by default, 100 at most, with a Link header where there are more pages. */
export function page(
  url: URL,
  items: readonly unknown[],
  wrap: (items: readonly unknown[]) => unknown = (list) => list,
): Answer {
  const size = Math.min(Number(url.searchParams.get("per_page") ?? 30), 100);
  const number = Number(url.searchParams.get("page") ?? 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const link = (to: number, rel: string): string => {
    const target = new URL(url);
    target.searchParams.set("page", String(to));
    return `<${target.href}>; rel="${rel}"`;
  };
  const links = [
    ...(number > 1 ? [link(number - 1, "prev")] : []),
    ...(number < last ? [link(number + 1, "next"), link(last, "last")] : []),
  ];
  return {
    status: 200,
    body: wrap(items.slice((number - 1) * size, number * size)),
    headers: links.length > 0 ? { link: links.join(", ") } : {},
  };
}

/** A field of a JSON body as text; "" when it is not there. */
export function textOf(body: unknown, name: string): string {
  const value: unknown = typeof body === "object" && body !== null ? Reflect.get(body, name) : undefined;
  return typeof value === "string" ? value : "";
}
