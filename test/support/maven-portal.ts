/**
 * The Central Publisher Portal and Maven Central on a loopback port. It unpacks bundles with unzip, checks their checksums,
 * and their signatures with gpg; what passes can be read after a few looks at the status.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface PortalFault {
  /** `lose` does what was asked before the connection is dropped. */
  readonly status: number | "lose";
  readonly path: RegExp;
  readonly body?: string;
  readonly times?: number;
}

interface Deployment {
  readonly id: string;
  readonly name: string;
  readonly files: ReadonlyMap<string, Buffer>;
  readonly errors: Record<string, string[]>;
  looks: number;
}

export interface MavenPortal {
  readonly url: string;
  /** Path -> contents, of what can be read on Central. */
  readonly central: Map<string, Buffer>;
  readonly deployments: readonly Deployment[];
  readonly requests: readonly { readonly method: string; readonly path: string; readonly status: number }[];
  /** Where a deployment stops, such as VALIDATING; without it all go on to PUBLISHED. */
  stuckAt: string | undefined;
  /** Whether a deployment has its verdict at the first look at it. */
  prompt: boolean;
  /** Whether what is published shows on Central at once; otherwise after `show`. */
  immediate: boolean;
  show(): void;
  fault(fault: PortalFault): void;
  clearFaults(): void;
  stop(): Promise<void>;
}

const STATES = ["PENDING", "VALIDATING", "PUBLISHING", "PUBLISHED"];

/** `keyring` is a gpg home that knows the public keys whose signatures count. */
export async function startMavenPortal({
  username,
  password,
  keyring,
}: {
  username: string;
  password: string;
  keyring: string;
}): Promise<MavenPortal> {
  const central = new Map<string, Buffer>();
  const hidden = new Map<string, Buffer>();
  const published = new Set<string>();
  const deployments: Deployment[] = [];
  const requests: { method: string; path: string; status: number }[] = [];
  const faults: { fault: PortalFault; left: number }[] = [];
  const bearer = `Bearer ${Buffer.from(`${username}:${password}`).toString("base64")}`;

  async function upload(url: URL, incoming: IncomingMessage, bytes: Buffer): Promise<{ status: number; body: string }> {
    const form = await new Response(bytes, {
      headers: { "content-type": incoming.headers["content-type"] ?? "" },
    }).formData();
    const bundle = form.get("bundle");
    if (!(bundle instanceof Blob) || url.searchParams.get("publishingType") !== "AUTOMATIC")
      return { status: 400, body: "no bundle" };
    const files = unpack(Buffer.from(await bundle.arrayBuffer()));
    const errors = validate(files, keyring);
    for (const folder of foldersOf(files))
      if (published.has(folder)) errors[folder] = [`Component with package url: 'pkg:maven/${folder}' already exists`];
    const id = `28570f16-da32-4c14-bd2e-c1acc078236${deployments.length}`;
    deployments.push({ id, name: url.searchParams.get("name") ?? "", files, errors, looks: 0 });
    if (Object.keys(errors).length === 0) for (const folder of foldersOf(files)) published.add(folder);
    return { status: 201, body: id };
  }

  function status(id: string | null): { status: number; body: unknown } {
    const deployment = deployments.find((one) => one.id === id);
    if (!deployment) return { status: 404, body: { error: "no such deployment" } };
    const last = portal.stuckAt === undefined ? STATES.length - 1 : STATES.indexOf(portal.stuckAt);
    const index = portal.prompt ? last : Math.min(deployment.looks, last);
    deployment.looks += 1;
    const failed = index > 1 && Object.keys(deployment.errors).length > 0;
    const state = failed ? "FAILED" : STATES[index];
    if (state === "PUBLISHED")
      for (const [file, bytes] of deployment.files) (portal.immediate ? central : hidden).set(file, bytes);
    return {
      status: 200,
      body: {
        deploymentId: id,
        deploymentName: deployment.name,
        deploymentState: state,
        purls: [],
        ...(failed && { errors: deployment.errors }),
      },
    };
  }

  async function respond(
    incoming: IncomingMessage,
    url: URL,
    bytes: Buffer,
  ): Promise<{ status: number; body: unknown }> {
    const { pathname, searchParams } = url;
    if (pathname.startsWith("/maven2/")) {
      const found = central.get(pathname.slice("/maven2/".length));
      return found ? { status: 200, body: found } : { status: 404, body: "" };
    }
    if (incoming.headers.authorization !== bearer) return { status: 401, body: "" };
    const call = `${incoming.method ?? ""} ${pathname.replace("/api/v1/publisher", "")}`;
    if (call === "POST /upload") return upload(url, incoming, bytes);
    if (call === "POST /status") return status(searchParams.get("id"));
    if (call === "GET /published")
      return {
        status: 200,
        body: {
          published: published.has(
            `${(searchParams.get("namespace") ?? "").replaceAll(".", "/")}/${searchParams.get("name") ?? ""}/${searchParams.get("version") ?? ""}`,
          ),
        },
      };
    return { status: 404, body: "" };
  }

  const server = createServer((incoming, answer) => {
    void (async () => {
      const parts: Buffer[] = [];
      for await (const part of incoming) parts.push(part as Buffer);
      const path = incoming.url ?? "/";
      const index = faults.findIndex(({ fault }) => fault.path.test(path));
      const hit = faults[index];
      if (hit && (hit.left -= 1) <= 0) faults.splice(index, 1);
      const result =
        typeof hit?.fault.status === "number"
          ? { status: hit.fault.status, body: hit.fault.body ?? "injected by the test" }
          : await respond(incoming, new URL(path, "http://127.0.0.1"), Buffer.concat(parts));
      requests.push({ method: incoming.method ?? "", path, status: result.status });
      if (hit?.fault.status === "lose") {
        incoming.socket.destroy();
        return;
      }
      answer.writeHead(result.status);
      answer.end(
        typeof result.body === "string" || Buffer.isBuffer(result.body) ? result.body : JSON.stringify(result.body),
      );
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  const portal: MavenPortal = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    central,
    deployments,
    requests,
    stuckAt: undefined,
    prompt: false,
    immediate: true,
    show: () => hidden.forEach((bytes, file) => central.set(file, bytes)),
    fault: (fault) => void faults.push({ fault, left: fault.times ?? Infinity }),
    clearFaults: () => void faults.splice(0),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return portal;
}

const foldersOf = (files: ReadonlyMap<string, Buffer>): Set<string> =>
  new Set([...files.keys()].map((file) => file.slice(0, file.lastIndexOf("/"))));

function unpack(bundle: Buffer): Map<string, Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "pipewright-bundle-"));
  try {
    writeFileSync(join(folder, "bundle.zip"), bundle);
    execFileSync("unzip", ["-q", "bundle.zip", "-d", "files"], { cwd: folder });
    const names = readdirSync(join(folder, "files"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    return new Map(names.sort().map((file) => [file.slice(join(folder, "files").length + 1), readFileSync(file)]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What the portal would say of each file that lacks a checksum or a signature, or has a wrong one. */
function validate(files: ReadonlyMap<string, Buffer>, keyring: string): Record<string, string[]> {
  const errors: Record<string, string[]> = {};
  const folder = mkdtempSync(join(tmpdir(), "pipewright-signatures-"));
  for (const [file, bytes] of files) {
    if (/\.(asc|md5|sha1|sha256|sha512)$/.test(file)) continue;
    for (const kind of ["md5", "sha1"])
      if (files.get(`${file}.${kind}`)?.toString() !== createHash(kind).update(bytes).digest("hex"))
        errors[file] = [`Invalid '${kind}' checksum`];
    try {
      writeFileSync(join(folder, "file"), bytes);
      writeFileSync(join(folder, "file.asc"), files.get(`${file}.asc`) ?? "");
      execFileSync("gpg", ["--homedir", keyring, "--batch", "--verify", "file.asc", "file"], {
        cwd: folder,
        stdio: "ignore",
      });
    } catch {
      errors[file] = ["Invalid signature"];
    }
  }
  rmSync(folder, { recursive: true });
  return errors;
}
