/**
 * A real OCI registry for tests: Debian's docker-registry on a free loopback port, with deletion enabled and its
 * storage in a temporary folder. In front of it stands a small proxy, in which a test can inject faults, ask for a
 * login, and read which requests were made. The registry ends with the process that started it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingMessage, type ServerResponse, createServer, request } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** What goes wrong, with which requests, and how often. */
export interface Fault {
  /** `status` answers with `status`; `refuse` drops the connection; `slow` waits, then passes the request on. */
  readonly kind: "status" | "refuse" | "slow";
  /** The answer's status. 500 without it. */
  readonly status?: number;
  /** The answer's body. A registry error document without it. */
  readonly body?: string;
  /** For `slow`: how long to wait. */
  readonly milliseconds?: number;
  /** Only requests with this method. */
  readonly method?: string;
  /** Only requests whose path matches. */
  readonly path?: RegExp;
  /** How many requests are hit before the fault is over. Without it, all until `clearFaults`. */
  readonly times?: number;
}

export interface RegistryRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

export interface Registry {
  /** `127.0.0.1:PORT`, as it stands in an image's name. */
  readonly host: string;
  /** The registry behind the proxy: no faults, no login, nothing recorded. For preparing and for looking. */
  readonly direct: string;
  /** Every request so far, with the status that was answered (0: connection dropped). */
  readonly requests: readonly RegistryRequest[];
  /** Adds a fault. The first one that matches a request hits it. */
  fault(fault: Fault): void;
  clearFaults(): void;
  /** Closes the port, so that connections are refused. */
  down(): Promise<void>;
  /** Opens the same port again, with everything that was stored. */
  up(): Promise<void>;
  stop(): Promise<void>;
}

export interface RegistryOptions {
  /** Asks for a login: plainly, or through a token service as ghcr.io does. */
  readonly login?: { readonly scheme: "basic" | "bearer"; readonly username: string; readonly password: string };
}

const TOKEN = "token-of-the-test-registry";

export async function startRegistry(options: RegistryOptions = {}): Promise<Registry> {
  const folder = mkdtempSync(join(tmpdir(), "pipewright-registry-"));
  const { backendPort, child } = await startBackend(folder);
  const faults: { fault: Fault; left: number }[] = [];
  const requests: RegistryRequest[] = [];

  const hit = (method: string, path: string): Fault | undefined => {
    const index = faults.findIndex(
      ({ fault }) =>
        (fault.method === undefined || fault.method === method) && (fault.path === undefined || fault.path.test(path)),
    );
    const found = faults[index];
    if (!found) return undefined;
    found.left -= 1;
    if (found.left <= 0) faults.splice(index, 1);
    return found.fault;
  };

  const server = createServer((incoming, answer) => {
    void handle(incoming, answer);
  });

  async function handle(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const method = incoming.method ?? "GET";
    const path = incoming.url ?? "/";
    answer.on("finish", () => requests.push({ method, path, status: answer.statusCode }));
    const fault = hit(method, path);
    if (fault?.kind === "refuse") {
      requests.push({ method, path, status: 0 });
      incoming.socket.destroy();
      return;
    }
    if (fault?.kind === "status") {
      incoming.resume();
      answer.writeHead(fault.status ?? 500, { "content-type": "application/json" });
      answer.end(fault.body ?? JSON.stringify({ errors: [{ code: "UNKNOWN", message: "injected by the test" }] }));
      return;
    }
    if (fault?.kind === "slow") await sleep(fault.milliseconds ?? 1000);
    if (options.login && !authorize(options.login, incoming, answer)) return;
    forward(backendPort, incoming, answer);
  }

  const port = await listen(server, 0);
  const down = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    host: `127.0.0.1:${port}`,
    direct: `127.0.0.1:${backendPort}`,
    requests,
    fault: (fault) => void faults.push({ fault, left: fault.times ?? Infinity }),
    clearFaults: () => void faults.splice(0),
    down,
    up: async () => void (await listen(server, port)),
    async stop() {
      if (server.listening) await down();
      const ended = new Promise((resolve) => child.once("exit", resolve));
      if (child.exitCode === null) {
        child.stdin?.end();
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      server.unref();
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts the registry itself; another process may take the free port first, so it is tried again with a new one. */
async function startBackend(folder: string): Promise<{ backendPort: number; child: ChildProcess }> {
  for (let attempt = 1; ; attempt += 1) {
    const backendPort = await freePort();
    const file = join(folder, "config.yml");
    writeFileSync(
      file,
      `version: 0.1
log: { level: error, accesslog: { disabled: true } }
storage: { filesystem: { rootdirectory: ${JSON.stringify(join(folder, "storage"))} }, delete: { enabled: true } }
http: { addr: "127.0.0.1:${backendPort}" }
`,
    );
    // The shell ends the registry as soon as its standard input closes, which it does when this process dies.
    const script = 'docker-registry serve "$1" & registry=$!; read -r _; kill "$registry"; wait "$registry"';
    const child = spawn("bash", ["-c", script, "bash", file], {
      stdio: ["pipe", "ignore", "ignore"],
      env: { PATH: process.env["PATH"], OTEL_TRACES_EXPORTER: "none" },
    });
    child.unref();
    if (await isReady(backendPort)) return { backendPort, child };
    child.stdin.end();
    if (attempt === 3) throw new Error("docker-registry did not start on a free port.");
  }
}

async function isReady(port: number): Promise<boolean> {
  for (let waited = 0; waited < 10_000; waited += 50) {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/v2/`);
      return answer.headers.get("docker-distribution-api-version") !== null;
    } catch {
      await sleep(50);
    }
  }
  return false;
}

/** Passes the request on with the proxy's own Host, from which the registry builds the addresses of uploads. */
function forward(port: number, incoming: IncomingMessage, answer: ServerResponse): void {
  const { authorization: _, ...headers } = incoming.headers;
  const onward = request(
    { host: "127.0.0.1", port, method: incoming.method, path: incoming.url, headers },
    (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    },
  );
  onward.on("error", () => answer.destroy());
  incoming.pipe(onward);
}

/** Whether the request may pass; otherwise it has been answered. */
function authorize(
  login: NonNullable<RegistryOptions["login"]>,
  incoming: IncomingMessage,
  answer: ServerResponse,
): boolean {
  const basic = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString("base64")}`;
  const given = incoming.headers.authorization;
  const host = incoming.headers.host ?? "";
  const isTokenRequest = incoming.url?.startsWith("/token") ?? false;
  if (login.scheme === "bearer" && isTokenRequest && given === basic) {
    answer.writeHead(200, { "content-type": "application/json" });
    answer.end(JSON.stringify({ token: TOKEN }));
    return false;
  }
  if (!isTokenRequest && given === (login.scheme === "basic" ? basic : `Bearer ${TOKEN}`)) return true;
  const challenge =
    login.scheme === "basic"
      ? 'Basic realm="test"'
      : `Bearer realm="http://${host}/token",service="test",scope="repository:any:pull"`;
  incoming.resume();
  answer.writeHead(401, { "www-authenticate": challenge, "content-type": "application/json" });
  answer.end(JSON.stringify({ errors: [{ code: "UNAUTHORIZED", message: "authentication required" }] }));
  return false;
}
