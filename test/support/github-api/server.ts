/**
 * A local server that speaks the part of GitHub's REST API that emitted programs use, over a state that a test writes
 * and reads. Lists are paged as GitHub pages them, faults can be injected, and every request is recorded.
 */
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Answer, type Route, notFound } from "./route.ts";
import { type GithubState, emptyState } from "./state.ts";
import { actionsRoutes } from "./actions.ts";
import { cacheRoutes } from "./caches.ts";
import { commitRoutes } from "./commits.ts";
import { gitRoutes } from "./git.ts";
import { issueRoutes } from "./issues.ts";
import { packageRoutes } from "./packages.ts";
import { pullRoutes } from "./pulls.ts";
import { releaseRoutes } from "./releases.ts";
import { userRoutes } from "./users.ts";

export interface ApiFault {
  /** `refuse` drops the connection; `lose` does what was asked before, so that only the answer is lost. */
  readonly status: number | "refuse" | "lose";
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  /** Only requests whose path with query matches. */
  readonly path?: RegExp;
  /** How many requests are hit. All until `clearFaults` without it. */
  readonly times?: number;
}

export interface ApiRequest {
  readonly method: string;
  /** Path with query, as it was sent. */
  readonly path: string;
  readonly status: number;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

export interface GithubApi {
  /** The value of GITHUB_API_URL. */
  readonly url: string;
  readonly state: GithubState;
  readonly requests: readonly ApiRequest[];
  fault(fault: ApiFault): void;
  clearFaults(): void;
  stop(): Promise<void>;
}

const ROUTES: readonly Route[] = [
  ...userRoutes,
  ...packageRoutes,
  ...actionsRoutes,
  ...pullRoutes,
  ...commitRoutes,
  ...gitRoutes,
  ...releaseRoutes,
  ...issueRoutes,
  ...cacheRoutes,
];

/** Starts the server on a free loopback port. The state may be changed by the test at any time. */
export async function startGithubApi(given: Partial<GithubState> = {}): Promise<GithubApi> {
  const state: GithubState = { ...emptyState(), ...given };
  const requests: ApiRequest[] = [];
  const faults: { fault: ApiFault; left: number }[] = [];

  const server = createServer((incoming, response) => {
    void serve(incoming, response);
  });

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = incoming.method ?? "GET";
    const path = incoming.url ?? "/";
    const bytes = await readBytes(incoming);
    const body = parse(bytes.toString("utf8"));
    const { authorization } = incoming.headers;
    await state.onRequest?.(method, path);
    const fault = nextFault(method, path);
    if (fault?.status === "lose") respond(method, path, body, bytes);
    if (fault?.status === "refuse" || fault?.status === "lose") {
      requests.push({ method, path, status: 0, authorization, body });
      incoming.socket.destroy();
      return;
    }
    const answer: Answer = fault
      ? {
          status: Number(fault.status),
          body: { message: fault.message ?? "Injected by the test" },
          headers: fault.headers ?? {},
        }
      : respond(method, path, body, bytes);
    requests.push({ method, path, status: answer.status, authorization, body });
    response.writeHead(answer.status, { "content-type": "application/json; charset=utf-8", ...answer.headers });
    response.end(
      answer.body === undefined ? undefined : Buffer.isBuffer(answer.body) ? answer.body : JSON.stringify(answer.body),
    );
  }

  function nextFault(method: string, path: string): ApiFault | undefined {
    const index = faults.findIndex(
      ({ fault }) => (fault.method ?? method) === method && (fault.path?.test(path) ?? true),
    );
    const found = faults[index];
    if (!found) return undefined;
    found.left -= 1;
    if (found.left <= 0) faults.splice(index, 1);
    return found.fault;
  }

  function respond(method: string, path: string, body: unknown, bytes: Buffer): Answer {
    const url = new URL(path, origin());
    for (const route of ROUTES) {
      const match = route.method === method ? route.path.exec(url.pathname) : null;
      if (!match) continue;
      const parameters = Object.fromEntries(
        Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
      );
      return route.handle({ state, parameters, url, body, bytes });
    }
    return notFound();
  }

  const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return {
    url: origin(),
    state,
    requests,
    fault: (fault) => void faults.push({ fault, left: fault.times ?? Infinity }),
    clearFaults: () => void faults.splice(0),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBytes(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function parse(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
