/** What a world's machines bring: programs, the stand-ins' settings, and ports that only one job at a time can have. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { allows } from "../permissions.ts";
import type { JobRun } from "../runs.ts";

const preloads = ["local-registries.mjs", "fast-clock.mjs"].map((name) => new URL(name, import.meta.url).href);
const standInDocker = new URL("../../support/docker-stand-in", import.meta.url).pathname;

/** What the machines have beside the system's programs. Waiting is real, at a second for a minute. */
export function installTools(folder: string, tools: Readonly<Record<string, string>>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, script] of Object.entries({
    sleep: '#!/bin/sh\nexec /bin/sleep "$(awk -v seconds="$1" \'BEGIN { print seconds / 60 }\')"\n',
    ...tools,
  })) {
    writeFileSync(join(folder, name), script);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

export interface MachineSettings {
  /** The folder of installed tools. */
  readonly tools: string;
  /** Name of a registry -> its local address. */
  readonly hosts: Readonly<Record<string, string>>;
  /** Where the stand-ins of command line tools ask what to do. */
  readonly commands: string;
}

/** The variables of one job's machine. */
export function machineVariables(
  { tools, hosts, commands }: MachineSettings,
  job: JobRun,
  machine: string,
): Record<string, string> {
  return {
    PATH: [tools, standInDocker, dirname(process.execPath), "/usr/local/bin", "/usr/bin", "/bin"].join(":"),
    DOCKER_STAND_IN_HOME: join(machine, "docker"),
    DOCKER_STAND_IN_HOSTS: JSON.stringify(hosts),
    DOCKER_CONFIG: join(machine, "home", ".docker"),
    NODE_OPTIONS: preloads.map((url) => `--import=${url}`).join(" "),
    WORLD_COMMANDS: commands,
    // A job without id-token: write has no way to ask for one (docs.github.com, "OpenID Connect reference").
    ...(allows(job.permissions, "id-token", "write")
      ? { ACTIONS_ID_TOKEN_REQUEST_URL: `${commands}/id-token`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: "id-token" }
      : {}),
  };
}

export interface PortLock {
  take(job: JobRun): Promise<void>;
  give(job: JobRun): void;
}

/** Each job has a machine of its own on GitHub, but here they share this machine's ports. */
export function portLock(): PortLock {
  let holder: JobRun | undefined;
  const waiting: (() => void)[] = [];
  return {
    async take(job) {
      while (holder) await new Promise<void>((resolve) => waiting.push(resolve));
      holder = job;
    },
    give(job) {
      if (holder !== job) return;
      holder = undefined;
      waiting.shift()?.();
    },
  };
}

/** The program that starts a consumer's container publishes its ports. */
export const publishesPorts = (steps: readonly { readonly uses?: string | undefined }[]): boolean =>
  steps.some((step) => step.uses?.endsWith("/start-container") === true);
