/** What is kept of a failure, in a real repository, and what never is. */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type GitHistory, startHistory } from "../support/git-history.ts";
import type { PlannedPart } from "../support/program-folder.ts";
import { type ProgramResult, HOSTILE, type Machine, startMachine, TOKEN } from "../support/run-program.ts";

let machine: Machine;
let history: GitHistory;
let out: string;
beforeEach(() => {
  machine = startMachine();
  history = startHistory();
  out = join(machine.temp, "diagnostics");
});
afterEach(async () => {
  await machine.stop();
  history.remove();
});

/** @param environment PATHS and COMMANDS as the workflow gives them; everything else is the job's own */
function collect(
  { PATHS = "", COMMANDS = "", ...env }: Record<string, string> = {},
  cwd = history.folder,
  plan: PlannedPart = {},
): Promise<ProgramResult> {
  return machine.run("collect-diagnostics", { CONSUMER: "smoke", PATHS, COMMANDS }, { cwd, env, plan });
}
const kept = (name: string): string => readFileSync(join(out, name), "utf8");
const files = (folder = out): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
        .sort()
    : [];
function write(name: string, content: string): void {
  mkdirSync(join(history.folder, name, ".."), { recursive: true });
  writeFileSync(join(history.folder, name), content);
}
const everything = (): string => files().map(kept).join("\n");

describe("diagnostics", () => {
  test("tell the commit, the pull request, what was changed, and the machine", async () => {
    const sha = history.commit("feat: x");
    write("new.txt", "x");
    const event = join(machine.temp, "event.json");
    writeFileSync(
      event,
      JSON.stringify({
        pull_request: {
          number: 7,
          title: "Fix `x`\n::error::y",
          head: { sha: "b".repeat(40), ref: "fix/x", repo: { full_name: "fork/r" } },
          base: { sha: "c".repeat(40), ref: "main" },
        },
      }),
    );
    const result = await collect({
      GITHUB_EVENT_PATH: event,
      GITHUB_EVENT_NAME: "pull_request",
      GITHUB_REF: "refs/pull/7/merge",
    });
    expect(result).toMatchObject({ code: 0, outputs: { folder: out } });
    for (const line of [
      `commit  ${sha}`,
      "branch  main",
      "event   pull_request on refs/pull/7/merge",
      "pull request #7",
      `head    ${"b".repeat(40)} "fix/x" of fork/r`,
      "?? new.txt",
    ])
      expect(kept("git.txt")).toContain(line);
    expect(kept("git.txt")).not.toMatch(/^::/m);
    expect(kept("machine.txt")).toContain("Mem:");
  });

  test("name the variables; values only of those that are harmless", async () => {
    history.commit("x");
    await collect({
      GH_TOKEN: TOKEN,
      DATABASE_URL: "postgres://u:p4ss@h/d",
      ACTIONS_RUNTIME_TOKEN: "rt",
      ACTIONS_ID_TOKEN_REQUEST_URL: "https://id",
      MY_SETTING: "hidden",
      GITHUB_JOB: "unit",
      GO_VERSION: "1.22",
      SHOWN: "GO_VERSION GH_TOKEN DB_PASSWORD",
      DB_PASSWORD: "hunter2",
      MULTI: "a\nGITHUB_JOB=forged",
    });
    const environment = kept("environment.txt");
    for (const line of [
      "GITHUB_JOB=unit",
      "GO_VERSION=1.22",
      "GH_TOKEN (value left out)",
      "DATABASE_URL (value left out)",
      "DB_PASSWORD (value left out)",
      "MY_SETTING (value left out)",
    ])
      expect(environment.split("\n")).toContain(line);
    expect(everything()).not.toMatch(new RegExp(`${TOKEN}|p4ss|hunter2|https://id|hidden|forged`));
  });

  test("keep the paths that the job names, where they lay", async () => {
    history.commit("x");
    write("logs/api server.log", "one");
    write("logs/deep/etcd.log", "two");
    write("results.xml", "three");
    write("-rf", "four");
    const elsewhere = join(machine.temp, "elsewhere.txt");
    writeFileSync(elsewhere, "five");
    const result = await collect({ PATHS: `logs\n**/*.xml\n\n-rf\n${elsewhere}\ngone/*\ngone.txt` });
    expect(files(join(out, "files"))).toEqual(
      ["-rf", "logs/api server.log", "logs/deep/etcd.log", "results.xml", elsewhere.slice(1)].sort(),
    );
    expect(kept("files/logs/api server.log")).toBe("one");
    expect(kept("left-out.txt")).toBe("gone/*: nothing there\ngone.txt: nothing there\n");
    expect(result.log).toContain("gone/*: nothing there");
  });

  test("follow no link, and take nothing of .git or of themselves", async () => {
    history.commit("x");
    write("secret/id_rsa", "PRIVATE");
    write("logs/a.log", "one");
    symlinkSync(join(history.folder, "secret"), join(history.folder, "logs/link"));
    symlinkSync(join(history.folder, "secret/id_rsa"), join(history.folder, "logs/key"));
    symlinkSync(join(history.folder, "secret"), join(history.folder, "top"));
    write(".git/credentials", "PRIVATE");
    const inside = join(history.folder, "diagnostics");
    for (const _ of [1, 2])
      expect(
        (
          await collect({
            RUNNER_TEMP: history.folder,
            PATHS: "logs\ntop\n.git\n.git/credentials\ndiagnostics\nlogs/**",
          })
        ).code,
      ).toBe(0);
    expect(files(inside).filter((name) => name.startsWith("files/"))).toEqual(["files/logs/a.log"]);
  });

  test("keep what fits, and name what does not", async () => {
    history.commit("x");
    write("big.bin", "x".repeat(1_500_000));
    write("small.txt", "x");
    await collect({ PATHS: "*", MAX_MEGABYTES: "1" });
    expect(files(join(out, "files"))).toEqual(["small.txt"]);
    expect(kept("left-out.txt")).toBe("./big.bin: 1500000 bytes, too large\n");
    rmSync(out, { recursive: true });
    expect((await collect({ PATHS: "*", MAX_MEGABYTES: "a[$(touch executed)]" })).code).toBe(0);
    expect(files(join(out, "files"))).toHaveLength(2);
  });

  test("tell how to repeat it", async () => {
    const sha = history.commit("x");
    const commands = 'go test -race ./...\ncat <<"X"\n```\nX\n$(touch executed)';
    await collect({
      COMMANDS: commands,
      IMAGE: `ghcr.io/o/r@sha256:${"a".repeat(64)}`,
      GITHUB_REPOSITORY: "o/kyklos",
      GITHUB_JOB: "unit",
      GITHUB_WORKFLOW: "CI `x`",
      GITHUB_RUN_ID: "42",
    });
    const repro = kept("repro.md");
    expect(repro).toContain(
      `git clone https://github.com/o/kyklos\ncd kyklos\ngit fetch origin ${sha}\ngit checkout ${sha}\n`,
    );
    expect(repro).toContain(`export IMAGE='ghcr.io/o/r@sha256:${"a".repeat(64)}'\ndocker pull "$IMAGE"`);
    expect(repro).toContain(`\`\`\`\`\n${commands}\n\`\`\`\`\n`);
    expect(repro).toContain("The job `unit` of the workflow `CI 'x'` failed in run 42");
  });
});

test("what the plan has of paths and commands is kept, where GitHub had nothing to evaluate", async () => {
  history.commit("x");
  write("logs/a b.log", "one");
  const diagnostics = { paths: ["logs/*", "gone"], commands: ["make test\nmake more", "echo done"] };
  await collect({}, history.folder, { consumers: { smoke: { diagnostics } } });
  expect(files(join(out, "files"))).toEqual(["logs/a b.log"]);
  expect(kept("left-out.txt")).toBe("gone: nothing there\n");
  expect(kept("repro.md")).toContain("```\nmake test\nmake more\necho done\n```");
});

describe("a job never fails for its diagnostics", () => {
  test("outside of a repository, without an event, without anything", async () => {
    const empty = join(machine.temp, "empty");
    mkdirSync(empty);
    expect((await collect({ GITHUB_EVENT_PATH: "/gone.json" }, empty)).code).toBe(0);
    expect(kept("git.txt")).toContain("not a git repository");
    expect(files()).toEqual(expect.arrayContaining(["environment.txt", "git.txt", "machine.txt", "repro.md"]));
  });

  test("where the folder cannot be made", async () => {
    writeFileSync(join(machine.temp, "file"), "");
    const result = await collect({ RUNNER_TEMP: join(machine.temp, "file") });
    expect(result.code).toBe(0);
    expect(result.log).toContain("::warning::The folder for the diagnostics cannot be made");
  });

  test("where Docker is in trouble, or a container's name is odd", async () => {
    history.commit("x");
    const bin = join(machine.temp, "bin");
    mkdirSync(bin);
    writeFileSync(
      join(bin, "docker"),
      '#!/usr/bin/env bash\ncase "$*" in *--quiet*) echo 0123456789abcdef0123; echo "../../evil";; logs*) echo "a log line"; exit 3;; *) echo "Cannot connect" >&2; exit 1;; esac\n',
    );
    chmodSync(join(bin, "docker"), 0o755);
    expect((await collect({ PATH: `${bin}:${process.env["PATH"] ?? ""}` })).code).toBe(0);
    expect(kept("docker.txt")).toContain("Cannot connect\n(ended with 1)");
    expect(kept("container-0123456789ab.log")).toBe("a log line\n(ended with 3)\n");
    expect(files().filter((name) => name.startsWith("container-"))).toHaveLength(1);
  });

  test("where the repository's own configuration has something to run", async () => {
    history.commit("x");
    for (const setting of ["core.fsmonitor", "core.pager", "diff.external"])
      execFileSync("git", ["config", setting, "touch executed; true"], { cwd: history.folder });
    expect((await collect()).code).toBe(0);
    expect(existsSync(join(history.folder, "executed"))).toBe(false);
  });

  test.each(HOSTILE)("whatever things are called: %j", async (text) => {
    history.commit(text.replaceAll("\0", ""));
    const name = text.replace(/[/\0]/g, "_");
    write(`logs/${name}`, "x");
    const result = await collect({
      PATHS: `logs/*\n${text}`,
      COMMANDS: text,
      GITHUB_HEAD_REF: text,
      GITHUB_JOB: text,
      IMAGE: text,
      MAX_MEGABYTES: text,
      SHOWN: text,
    });
    expect(result.code).toBe(0);
    expect(existsSync(join(history.folder, "executed"))).toBe(false);
    expect(files(join(out, "files/logs"))).toEqual([name]);
  });
});
