/**
 * The registry as jobs reach it: it asks for a login, asks the token what it may do, and remembers who moved which tag
 * and who pulled what. Behind it stands the real registry with its injected faults.
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a login may do, and whose it is. */
export interface Login {
  readonly who: string;
  readonly read: boolean;
  readonly write: boolean;
}

/** One manifest that went through. */
export interface Transfer {
  readonly who: string;
  readonly kind: "pull" | "push" | "delete";
  readonly repository: string;
  /** The tag or digest that was asked for. */
  readonly reference: string;
  readonly digest: string;
  readonly at: Date;
}

export interface RegistryGate {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly transfers: readonly Transfer[];
  /** Requests without a login, or whose login does not allow them: `push wikid82/charon by …`. */
  readonly refused: readonly string[];
  stop(): Promise<void>;
}

export interface GateOptions {
  /** `127.0.0.1:PORT` of the registry. */
  readonly backend: string;
  now(): Date;
  /** What a user name and a password may do; undefined when they are wrong. */
  login(username: string, password: string): Login | undefined;
}

export async function startGate(options: GateOptions): Promise<RegistryGate> {
  const transfers: Transfer[] = [];
  const refused: string[] = [];

  const server = createServer((incoming, answer) => {
    const login = loginOf(incoming, options);
    const match = /^\/v2\/(.+)\/manifests\/([^/?]+)/.exec(incoming.url ?? "");
    const reading = incoming.method === "GET" || incoming.method === "HEAD";
    if (!login) return refuse(incoming, answer, 401, "UNAUTHORIZED", "authentication required");
    if (incoming.url !== "/v2/" && !(reading ? login.read : login.write)) {
      refused.push(`${incoming.method ?? ""} ${incoming.url ?? ""} by ${login.who}`);
      return refuse(
        incoming,
        answer,
        403,
        "DENIED",
        "permission_denied: The token provided does not match expected scopes.",
      );
    }
    const [host = "", port = ""] = options.backend.split(":");
    const { authorization: _, ...headers } = incoming.headers;
    const hash = createHash("sha256");
    const onward = request({ host, port, method: incoming.method, path: incoming.url, headers }, (response) => {
      const ok = (response.statusCode ?? 500) < 300;
      if (ok && match && incoming.method !== "HEAD") {
        const [, repository = "", reference = ""] = match;
        const digest =
          header(response, "docker-content-digest") ??
          (reference.startsWith("sha256:") ? reference : `sha256:${hash.digest("hex")}`);
        const kind = incoming.method === "GET" ? "pull" : incoming.method === "PUT" ? "push" : "delete";
        transfers.push({ who: login.who, kind, repository, reference, digest, at: options.now() });
      }
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.on("error", () => incoming.socket.destroy());
    incoming.on("data", (chunk: Buffer) => hash.update(chunk));
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    transfers,
    refused,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function loginOf(incoming: IncomingMessage, options: GateOptions): Login | undefined {
  const match = /^Basic (.+)$/i.exec(incoming.headers.authorization ?? "");
  if (!match) return undefined;
  const [username = "", ...password] = Buffer.from(match[1] ?? "", "base64")
    .toString("utf8")
    .split(":");
  return options.login(username, password.join(":"));
}

function refuse(
  incoming: IncomingMessage,
  answer: ServerResponse,
  status: number,
  code: string,
  message: string,
): void {
  incoming.resume();
  answer.writeHead(status, {
    "content-type": "application/json",
    "docker-distribution-api-version": "registry/2.0",
    ...(status === 401 ? { "www-authenticate": 'Basic realm="registry"' } : {}),
  });
  answer.end(JSON.stringify({ errors: [{ code, message }] }));
}

const header = (response: IncomingMessage, name: string): string | undefined => {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
};
