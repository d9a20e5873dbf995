/** Fly.io, as `flyctl` shows it: apps, their images, and the login for registry.fly.io. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
  type Environment,
  parseReference,
  readDockerConfig,
  registryClient,
  writeDockerConfig,
} from "../registry-client.ts";
import { type Command, type CommandAnswer, type CommandCall, option, words } from "./commands.ts";
import { unknownFlag, VALUED_FLAGS } from "./fly-flags.ts";

export interface FlyApp {
  readonly name: string;
  readonly organization: string;
  /** What was deployed last; undefined before the first deployment. */
  image: string | undefined;
  /** `sha256:…` of it, as the registry had it then; undefined for what Fly.io's own builder has made. */
  digest: string | undefined;
  /** Whether its machines pass their checks: what a scenario sets, and `status` and `checks list` show. */
  healthy: boolean;
  /** Names of its volumes; they go with the app. */
  readonly volumes: string[];
  /** Names of the secrets that were set. */
  readonly secrets: Set<string>;
}

export interface Fly {
  /** By name; a destroyed app is gone. */
  readonly apps: Map<string, FlyApp>;
  /** Names of the apps that were destroyed, in order. */
  readonly destroyed: readonly string[];
}

export const FLY_REGISTRY = "registry.fly.io";

const ok = (stdout = ""): CommandAnswer => ({ code: 0, stdout });
const failed = (message: string): CommandAnswer => ({ code: 1, stderr: `Error: ${message}` });

/** `token` is the one that FLY_API_TOKEN must hold. */
export function flyctl(token: string): { fly: Fly; command: Command } {
  const apps = new Map<string, FlyApp>();
  const destroyed: string[] = [];
  const command: Command = async (call) => {
    const { args, env } = call;
    const [first = "", second = "", ...rest] = words(args, VALUED_FLAGS);
    if (first === "version") return ok("flyctl v0.4.0 linux/amd64");
    const refused = unknownFlag(["deploy", "status", "logs"].includes(first) ? first : `${first} ${second}`, args);
    if (refused !== undefined) return failed(refused);
    const given = option(args, "--access-token", "-t") ?? env["FLY_API_TOKEN"] ?? "";
    if (given === "") return failed("no access token available. Please login with 'flyctl auth login'");
    if (given !== token) return failed("You must be authenticated to view this.");
    const name = option(args, "--app", "-a") ?? env["FLY_APP"] ?? "";
    const known = (): FlyApp | undefined => apps.get(name);
    switch (`${first} ${second}`.trim()) {
      case "auth docker":
        logIn(call.env, given);
        return ok("Authentication successful. You can now tag and push images to registry.fly.io/{your-app}");
      case "apps create": {
        const created = rest[0] ?? option(args, "--name") ?? "";
        if (created === "") return failed("name argument or flag must be specified when not running interactively");
        if (apps.has(created)) return failed("Validation failed: Name has already been taken");
        apps.set(created, {
          name: created,
          organization: option(args, "--org", "-o") ?? "personal",
          image: undefined,
          digest: undefined,
          healthy: true,
          volumes: [],
          secrets: new Set(),
        });
        return ok(`New app created: ${created}`);
      }
      case "apps list":
        return ok(
          JSON.stringify(
            [...apps.values()].map((app) => ({
              ID: app.name,
              Name: app.name,
              Status: app.image === undefined ? "pending" : "deployed",
              Deployed: app.image !== undefined,
              Hostname: `${app.name}.fly.dev`,
              Organization: { Slug: app.organization },
            })),
          ),
        );
      case "apps destroy": {
        const gone = rest[0] ?? name;
        if (!args.includes("--yes") && !args.includes("-y"))
          return failed("yes flag must be specified when not running interactively");
        if (!apps.delete(gone)) return failed(`Could not find App "${gone}"`);
        destroyed.push(gone);
        return ok(`Destroyed app ${gone}`);
      }
      case "deploy": {
        const app = known();
        return app ? deploy(call, app) : failed(`Could not find App "${name}"`);
      }
      case "status":
      case "machine list":
      case "machines list": {
        const app = known();
        if (!app) return failed(`Could not find App "${name}"`);
        if (!args.includes("--json") && !args.includes("-j"))
          return ok(
            `App\n  Name     = ${app.name}\n  Hostname = ${app.name}.fly.dev\n  Image    = ${app.image ?? "-"}`,
          );
        return ok(JSON.stringify(first === "status" ? statusOf(app) : machinesOf(app)));
      }
      case "secrets set":
      case "secrets import": {
        const app = known();
        if (!app) return failed(`Could not find App "${name}"`);
        for (const pair of rest) app.secrets.add(pair.split("=")[0] ?? "");
        return ok("Secrets are staged for the first deployment");
      }
      case "volumes list": {
        const app = known();
        return app
          ? ok(JSON.stringify(app.volumes.map((volume, index) => ({ id: `vol_${index}`, name: volume }))))
          : failed(`Could not find App "${name}"`);
      }
      case "volumes create":
      case "volume create": {
        const app = known();
        if (!app) return failed(`Could not find App "${name}"`);
        if (!args.includes("--yes") && !args.includes("-y"))
          return failed("yes flag must be specified when not running interactively");
        app.volumes.push(rest[0] ?? "data");
        return ok(`Name: ${rest[0] ?? "data"}`);
      }
      case "ssh console":
        return known()?.image === undefined ? failed(`app ${name} has no started VMs`) : ok();
      case "image show": {
        const app = known();
        return app?.image === undefined
          ? failed(`Could not find App "${name}"`)
          : ok(JSON.stringify(machinesOf(app).map((machine) => machine.image_ref)));
      }
      case "logs":
        return known() ? ok(`${name}: listening`) : failed(`Could not find App "${name}"`);
      default:
        throw new Error(`the stand-in of flyctl does not play \`${args.join(" ")}\``);
    }
  };
  return { fly: { apps, destroyed }, command };
}

function logIn(env: Environment, token: string): void {
  const config = readDockerConfig(env);
  config.auths[FLY_REGISTRY] = { auth: Buffer.from(`x:${token}`).toString("base64") };
  writeDockerConfig(env, config);
}

/** What is deployed must be in its registry. Without --image Fly.io's builder makes it of the folder's Dockerfile. */
async function deploy({ args, env, folder }: CommandCall, app: FlyApp): Promise<CommandAnswer> {
  const config = option(args, "--config", "-c");
  if (config !== undefined && !existsSync(resolve(folder, config)))
    return failed(`open ${config}: no such file or directory`);
  const image = option(args, "--image", "-i");
  if (image === undefined) {
    if (!existsSync(join(folder, "Dockerfile")) && option(args, "--dockerfile") === undefined)
      return failed(
        "failed to fetch an image or build from source: app does not have a Dockerfile or buildpacks configured",
      );
    app.image = `${FLY_REGISTRY}/${app.name}:deployment-from-source`;
    app.digest = undefined;
  } else {
    const { host, repository, target } = parseReference(image);
    // Fly.io pulls, with the account of the token: whether the caller's Docker is logged in does not matter.
    const account = { ...env, DOCKER_CONFIG: mkdtempSync(join(tmpdir(), "pipewright-fly-")) };
    logIn(account, option(args, "--access-token", "-t") ?? env["FLY_API_TOKEN"] ?? "");
    const answer = await registryClient(account, host, repository).request("HEAD", `manifests/${target}`);
    rmSync(account.DOCKER_CONFIG, { recursive: true });
    if (answer.status !== 200)
      return failed(`failed to fetch an image or build from source: Could not find image "${image}"`);
    app.image = image;
    app.digest = answer.headers.get("docker-content-digest") ?? undefined;
  }
  return app.healthy
    ? ok(`Visit your newly deployed app at https://${app.name}.fly.dev/`)
    : failed("timeout reached waiting for health checks to pass for machine 148e1d2f400989");
}

interface FlyMachine {
  readonly id: string;
  readonly state: string;
  readonly image_ref: object;
  readonly [key: string]: unknown;
}

function machinesOf(app: FlyApp): FlyMachine[] {
  if (app.image === undefined) return [];
  const { host, repository, target } = parseReference(app.image);
  const check = { name: "servicecheck-00-http-8080", status: app.healthy ? "passing" : "critical" };
  return [
    {
      id: "148e1d2f400989",
      state: app.healthy ? "started" : "stopped",
      region: "iad",
      image_ref: { registry: host, repository, tag: target, digest: app.digest ?? "" },
      checks: [check],
      config: { image: app.image },
    },
  ];
}

const statusOf = (app: FlyApp): object => ({
  ID: app.name,
  Name: app.name,
  Deployed: app.image !== undefined,
  Status: app.image === undefined ? "pending" : app.healthy ? "deployed" : "suspended",
  Hostname: `${app.name}.fly.dev`,
  Organization: { Slug: app.organization },
  Machines: machinesOf(app),
});
