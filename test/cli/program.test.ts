import { join } from "node:path";
import { describe, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { reportFailure } from "../../src/cli/failure.ts";
import type { Io } from "../../src/cli/io.ts";
import { folder, put } from "./folder.ts";
import { configOf, hello, pipewright } from "./pipewright.ts";

describe("the command line", () => {
  test("--version and --help answer from any folder", async () => {
    const root = await folder();
    expect(await pipewright(root, ["--version"])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
    const help = await pipewright(root, ["--help"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    for (const text of [
      "generate",
      "check",
      "explain-config",
      "--cwd",
      "--config",
      "--json",
      "--quiet",
      "Examples:",
      "Exit codes:",
    ])
      expect(help.stdout).toContain(text);
  });

  test.each(["generate", "check", "explain-config"])(
    "%s --help has examples and the global options",
    async (command) => {
      const { code, stdout } = await pipewright(await folder(), [command, "--help"]);
      expect(code).toBe(0);
      expect(stdout).toContain("Examples:");
      expect(stdout).toContain("--cwd");
      expect(await pipewright(await folder(), ["help", command])).toMatchObject({ code: 0, stdout });
    },
  );

  test("a misspelt command or option exits with 2 and names the nearest", async () => {
    const root = await folder();
    const command = await pipewright(root, ["generat"]);
    expect(command.code).toBe(2);
    expect(command.stderr).toContain("Did you mean generate?");
    const option = await pipewright(root, ["generate", "--dryrun"]);
    expect(option.code).toBe(2);
    expect(option.stderr).toContain("--dry-run");
    expect(await pipewright(root, [])).toMatchObject({ code: 2 });
  });

  test("a misspelt command or option is one JSON document as well, where JSON was asked for", async () => {
    const root = await folder();
    for (const args of [
      ["--json", "generat"],
      ["check", "--json", "--quite"],
    ]) {
      const { code, stdout } = await pipewright(root, args);
      expect(code).toBe(2);
      expect(JSON.parse(stdout)).toMatchObject({
        version: 1,
        ok: false,
        errors: [{ message: expect.stringMatching(/^Unknown (command|option)/), hint: "See `pipewright --help`." }],
      });
    }
  });

  test("--cwd and --config name another place, before or after the command", async () => {
    const root = await folder({ "sub/Dockerfile": "FROM scratch\n", "sub/my.config.ts": configOf("smoke") });
    expect(await pipewright(root, ["--cwd", "sub", "generate", "--config", "my.config.ts"])).toMatchObject({ code: 0 });
    expect(await pipewright(join(root, "sub"), ["check", "--config", "my.config.ts"])).toMatchObject({ code: 0 });
  });

  test.each(["generate", "check", "explain-config"])(
    "%s without a config, with a missing one, or in a missing folder exits with 2",
    async (command) => {
      const root = await folder();
      for (const args of [[command], [command, "--config", "missing.config.ts"], [command, "--cwd", "nowhere"]]) {
        const { code, stdout, stderr } = await pipewright(root, args);
        expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
        expect(stderr).toContain("error");
        expect(stderr).not.toMatch(/^ +at /m);
      }
      expect((await pipewright(root, [command, "--config", "missing.config.ts"])).stderr).toContain(
        "missing.config.ts",
      );
      expect((await pipewright(root, [command, "--cwd", "nowhere"])).stderr).toContain(
        `There is no folder ${join(root, "nowhere")}.`,
      );
    },
  );

  test("every mistake is printed with its place; as JSON too", async () => {
    const root = await folder(hello("smoke"));
    await put(root, "ci.config.ts", configOf("smoke", "other").replace("builds:", "bilds:").replaceAll('"true"', "1"));
    const text = await pipewright(root, ["check"]);
    expect(text).toMatchObject({ code: 2, stdout: "" });
    expect(text.stderr).toMatch(/^ci\.config\.ts:6:\d+ {2}error {2}.*bilds/m);
    expect(text.stderr).toMatch(/^ci\.config\.ts:8:\d+ {2}error {2}/m);
    expect(text.stderr).toMatch(/^ci\.config\.ts:9:\d+ {2}error {2}/m);
    const json = await pipewright(root, ["check", "--json"]);
    expect(json).toMatchObject({ code: 2, stderr: "" });
    expect(JSON.parse(json.stdout)).toMatchObject({
      version: 1,
      command: "check",
      ok: false,
      errors: expect.arrayContaining([
        expect.objectContaining({ file: "ci.config.ts", line: 8, message: expect.any(String) }),
      ]),
    });
  });

  test("a mistake that the plan finds has its place as well", async () => {
    const root = await folder({
      "ci.config.ts": configOf("smoke").replace('needs: "app"', 'needs: "ap"'),
      Dockerfile: "FROM scratch\n",
    });
    const { code, stderr } = await pipewright(root, ["generate"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^ci\.config\.ts:8:\d+ {2}error {2}/m);
  });

  test("a config that takes for ever is ended", async () => {
    const root = await folder({ "ci.config.ts": "while (true) {}\n" });
    const { code, stderr } = await pipewright(root, ["check"], { PIPEWRIGHT_CONFIG_TIMEOUT: "1" });
    expect(code).toBe(2);
    expect(stderr).toContain("error");
  });

  test("colour is for terminals, unless it is asked for; NO_COLOR turns it off", async () => {
    const root = await folder(hello("smoke"));
    const colour = String.fromCharCode(27);
    expect((await pipewright(root, ["check"])).stdout).not.toContain(colour);
    expect((await pipewright(root, ["check"], { FORCE_COLOR: "1" })).stdout).toContain(colour);
    expect((await pipewright(root, ["check"], { NO_COLOR: "1" })).stdout).not.toContain(colour);
  });
});

describe("an error of Pipewright's own", () => {
  function report(env: Record<string, string>): { code: number; text: string } {
    let text = "";
    const io: Io = {
      cwd: "/",
      stdout: { write: () => true },
      stderr: { write: (more) => (text += more) },
      env,
      isTTY: false,
    };
    return { code: reportFailure(io, new TypeError("x is undefined"), { command: "check", json: false }), text };
  }

  test("says that it is a bug, and how to report it", () => {
    const { code, text } = report({});
    expect(code).toBe(2);
    expect(text).toContain("This is a bug in Pipewright, not in your files: x is undefined");
    expect(text).toContain("PIPEWRIGHT_DEBUG=1");
    expect(text).not.toMatch(/^ +at /m);
  });

  test("shows its stack only with PIPEWRIGHT_DEBUG", () => {
    expect(report({ PIPEWRIGHT_DEBUG: "1" }).text).toMatch(/^ +at /m);
  });
});
