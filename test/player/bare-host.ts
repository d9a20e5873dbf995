/** A world with nothing in it but workflows, for the player's own tests: no git, no registry, no API. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { rmSync } from "node:fs";
import type { Action } from "./action.ts";
import { pullRequestEvent, pushEvent, type RepositoryInfo } from "./events.ts";
import type { Host } from "./host.ts";
import type { TokenPermissions } from "./permissions.ts";
import { createPlayer, type Player } from "./player.ts";
import { parseWorkflow } from "./workflow-file.ts";

export const repository: RepositoryInfo = { owner: "octo", name: "app", defaultBranch: "main", private: false };
export const SHA = "1".repeat(40);

export interface BareWorld {
  readonly player: Player;
  readonly tokens: Map<string, TokenPermissions>;
}

/** Plays the given files: file name without .yml -> text. */
export function play(files: Record<string, string>, more: Partial<Host> = {}): BareWorld {
  const folder = mkdtempSync(join(tmpdir(), "player-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const tokens = new Map<string, TokenPermissions>();
  const host: Host = {
    repository,
    apiUrl: "http://127.0.0.1:1",
    secrets: {},
    variables: {},
    actions: new Map<string, Action>(),
    minute: 60_000,
    runners: 4,
    now: () => new Date(),
    workflowsAt: () =>
      Promise.resolve(
        Object.entries(files).map(([name, text]) => parseWorkflow(`.github/workflows/${name}.yml`, text)),
      ),
    tip: () => Promise.resolve(SHA),
    extract: () => Promise.resolve(false),
    folder: (name) => join(folder, name),
    machine: () => ({ PATH: process.env["PATH"] ?? "" }),
    issueToken: (token, permissions) => void tokens.set(token, permissions),
    revokeToken: () => undefined,
    gitFolder: () => undefined,
    caches: [],
    changed: () => undefined,
    built: () => undefined,
    vulnerable: () => false,
    ...more,
  };
  return { player: createPlayer(host), tokens };
}

export const push = (branch = "main") => pushEvent(repository, `refs/heads/${branch}`, SHA, "ann");
export const pull = (headRepository = "octo/app") =>
  pullRequestEvent(
    repository,
    {
      number: 3,
      title: "A change",
      base: "main",
      baseSha: SHA,
      headRef: "fix/x",
      headSha: SHA,
      headRepository,
      mergeSha: SHA,
    },
    "opened",
    "ann",
  );
