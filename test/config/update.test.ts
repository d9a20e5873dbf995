import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { registerUpdate } from "../../src/cli/update.ts";
import { newerVersion } from "../../src/cli/update/version.ts";
import { loadConfig } from "../../src/config/load.ts";
import { folder } from "./folder.ts";
import { command } from "./recorder.ts";
import { tagServer } from "./tag-server.ts";

const sha = (digit: string): string => digit.repeat(40);
const FACTS = JSON.stringify({
  "own/action": {
    versions: [
      { tag: "v2.0.0", sha: sha("d") },
      { tag: "v1.3.0", sha: sha("c"), date: "2026-01-01" },
      { tag: "v1.2.0", sha: sha("b") },
      { tag: "v1.9.0-rc.1", sha: sha("e") },
    ],
  },
  "own/other": { versions: [{ tag: "v5.0.0", sha: sha("5") }] },
});

const config = (actions: string): string => `import { defineConfig, ghcr, image } from "pipewright";

export default defineConfig({
  project: "p",
  registry: ghcr("o"),
  builds: { app: image() },
  actions: ${actions},
});
`;

async function updated(
  files: Record<string, string>,
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<{ text: string; output: string; errors: string[]; cwd: string }> {
  const cwd = folder({ "facts.json": FACTS, ...files });
  const facts = args.includes("--online") ? [] : ["--facts", "facts.json"];
  const { output, errors } = await command(
    registerUpdate,
    cwd,
    ["update", ...facts, ...args.filter((arg) => arg !== "--online")],
    env,
  );
  const [name = ""] = Object.keys(files).filter((file) => file.startsWith("ci.config"));
  return { text: readFileSync(join(cwd, name), "utf8"), output, errors, cwd };
}

test("--cwd names the repository; --facts is a path from where the command is called", async () => {
  const before = config(`{ "own/action": { version: "v1.2.0", sha: "${sha("b")}" } }`);
  const cwd = folder({ "facts.json": FACTS, "sub/ci.config.ts": before });
  expect((await command(registerUpdate, cwd, ["update", "--cwd", "sub", "--facts", "facts.json"])).errors).toEqual([]);
  expect(readFileSync(join(cwd, "sub/ci.config.ts"), "utf8")).toBe(
    before.replace("v1.2.0", "v1.3.0").replace(sha("b"), sha("c")),
  );
});

describe("which version is newer", () => {
  const released = ["v1.2.0", "v1.10.0", "v1.9.9", "v2.0.0", "v2.1.0-beta.1", "v1", "v2", "main", "1.11.0"].map(
    (tag) => ({ tag, sha: sha("a") }),
  );
  test.each([
    ["v1.2.0", false, "1.11.0"],
    ["v1.2.0", true, "v2.0.0"],
    ["v2.0.0", true, undefined],
    ["v3.0.0", true, undefined],
    ["v1", false, "1.11.0"],
    ["main", true, undefined],
  ])("than %s (another major: %s): %s", (current, major, expected) => {
    expect(newerVersion(current, released, { major })?.tag).toBe(expected);
  });
  test("moving tags count where there are no exact ones", () => {
    expect(newerVersion("v1", [{ tag: "v2", sha: sha("a") }], { major: true })?.tag).toBe("v2");
  });
});

describe("the pins of the config move, and nothing else of it", () => {
  test("to the newest of the same major version", async () => {
    const before = config(`{ // ours\n    "own/action": { version: 'v1.2.0', sha: "${sha("b")}" /* why */ },\n  }`);
    const { text, output } = await updated({ "ci.config.ts": before });
    expect(text).toBe(before.replace("v1.2.0", "v1.3.0").replace(sha("b"), sha("c")));
    expect(output).toBe(
      `own/action v1.2.0 -> v1.3.0 (${sha("c")})\nci.config.ts is updated. Next: \`pipewright generate\`.\n`,
    );
  });

  test("to the next major version when asked; a dry run writes nothing", async () => {
    const before = config(`{ "own/action": { version: "v1.2.0", sha: "${sha("b")}" } }`);
    const { text, output } = await updated({ "ci.config.ts": before }, ["--major", "--dry-run"]);
    expect(text).toBe(before);
    expect(output).toBe(`own/action v1.2.0 -> v2.0.0 (${sha("d")})\nci.config.ts would change.\n`);
  });

  test("behind a constant that two pins share, in a file with CRLF and a byte order mark", async () => {
    const before = `\uFEFF${config("{ 'own/action': pin, 'own/action/sub': pin }")
      .replace("export", `const pin = { version: "v1.2.0", sha: "${sha("b")}" };\nexport`)
      .replaceAll("\n", "\r\n")}`;
    const { text, errors } = await updated({ "ci.config.ts": before });
    expect(errors).toEqual([]);
    expect(text).toBe(before.replace("v1.2.0", "v1.3.0").replace(sha("b"), sha("c")));
  });

  test("in YAML with its comments, and in JSON", async () => {
    const yaml = `project: p # ours\nregistry: {host: ghcr.io, namespace: o}\nbuilds:\n  app: {kind: image}\nactions:\n  own/action: # why\n    version: v1.2.0\n    sha: "${sha("b")}" # here\n`;
    expect((await updated({ "ci.config.yaml": yaml })).text).toBe(
      yaml.replace("v1.2.0", "v1.3.0").replace(sha("b"), sha("c")),
    );
    const json = `{"project":"p","builds":{},\n  "actions":{"own/action":{"version":"v1.2.0","sha":"${sha("b")}"}}}`;
    expect((await updated({ "ci.config.json": json })).text).toBe(
      json.replace("v1.2.0", "v1.3.0").replace(sha("b"), sha("c")),
    );
  });

  test("nothing to do is said", async () => {
    const { output } = await updated({
      "ci.config.ts": config(`{ "own/action": { version: "v1.3.0", sha: "${sha("c")}" } }`),
    });
    expect(output).toBe("Nothing to update: every pin of ci.config.ts is the newest.\n");
  });

  test("a version that is another commit than before is told, and not followed", async () => {
    const before = config(`{ "own/action": { version: "v1.3.0", sha: "${sha("1")}" } }`);
    const { text, output } = await updated({ "ci.config.ts": before });
    expect(text).toBe(before);
    expect(output).toContain(`own/action stays at v1.3.0, but that tag now stands for another commit, ${sha("c")}`);
  });

  test("what cannot be compared or is not known stays, with a sentence", async () => {
    const { output } = await updated({
      "ci.config.ts": config(
        `{ "own/action": { version: "main", sha: "${sha("1")}" }, "no/body": { version: "v1", sha: "${sha("1")}" } }`,
      ),
    });
    expect(output).toContain(
      "own/action stays at main: that is no version that can be compared.\nno/body stays at v1: no versions of it are known.\n",
    );
  });

  test("a pin that is made elsewhere is not guessed at", async () => {
    const { text, errors, cwd } = await updated({
      "ci.config.ts": config("pins").replace("export", 'import { pins } from "./pins.ts";\nexport'),
      "pins.ts": `export const pins = { "own/action": { version: "v1.2.0", sha: "${sha("b")}" } };\n`,
    });
    expect(errors).toEqual([
      expect.stringMatching(
        /^ci\.config\.ts:8:12 The version of own\/action is not written in ci\.config\.ts as it stands\. Move it by hand/,
      ),
    ]);
    expect(text).toContain("actions: pins");
    expect((await loadConfig({ cwd })).config.actions["own/action"]?.version).toBe("v1.2.0");
  });
});

describe("pins of the catalogue are overridden", () => {
  const facts = JSON.stringify({
    "actions/checkout": { versions: [{ tag: "v99.0.0", sha: sha("9") }] },
    "docker/setup-buildx-action": { versions: [{ tag: "v99.1.0", sha: sha("8") }] },
  });

  test("when the config has none yet", async () => {
    const { text, output, cwd } = await updated(
      { "facts.json": facts, "ci.config.ts": config("{}").replace("  actions: {},\n", "") },
      ["--major"],
    );
    expect(text).toContain(`  builds: { app: image() },
  actions: {
    "actions/checkout": { version: "v99.0.0", sha: "${sha("9")}" },
    "docker/setup-buildx-action": { version: "v99.1.0", sha: "${sha("8")}" },
  },
});
`);
    expect(output).toMatch(/^actions\/checkout v\S+ -> v99\.0\.0 \(9+\), a new pin\n/);
    expect((await loadConfig({ cwd })).config.actions["docker/setup-buildx-action"]?.sha).toBe(sha("8"));
  });

  test("with --all also beside others, in every style of writing", async () => {
    const own = `"own/action": { version: "v1.2.0", sha: "${sha("b")}" }`;
    for (const actions of [`{ ${own} }`, `{\n    ${own}, // why\n  }`, `{\n    ${own}\n  }`]) {
      const { text, errors, cwd } = await updated({ "facts.json": facts, "ci.config.ts": config(actions) }, [
        "--major",
        "--all",
      ]);
      expect(errors).toEqual([]);
      expect(Object.keys((await loadConfig({ cwd })).config.actions)).toEqual([
        "own/action",
        "actions/checkout",
        "docker/setup-buildx-action",
      ]);
      expect(text).toMatch(/\n {2}\},\n\}\);\n$/);
      if (actions.includes("why")) expect(text).toContain("}, // why\n");
    }
    const { text } = await updated({ "facts.json": facts, "ci.config.ts": config(`{ ${own} }`) }, ["--major"]);
    expect(text).toBe(config(`{ ${own} }`));
  });

  test("in YAML and JSON", async () => {
    const yaml = await updated(
      {
        "facts.json": facts,
        "ci.config.yaml":
          "# ours\nproject: p\nregistry: { host: ghcr.io, namespace: o }\nbuilds:\n  app: { kind: image } # one\n",
      },
      ["--major"],
    );
    expect(yaml.text).toMatch(/^# ours\nproject: p\n/);
    expect(yaml.text).toContain("# one\nactions:\n  actions/checkout:\n    version: v99.0.0\n");
    const json = await updated(
      {
        "facts.json": facts,
        "ci.config.json":
          '{\n\t"project": "p",\n\t"registry": { "host": "ghcr.io", "namespace": "o" },\n\t"builds": { "app": { "kind": "image" } }\n}\n',
      },
      ["--major"],
    );
    expect(json.text).toContain('\n\t"actions": {\n\t\t"actions/checkout": {\n');
  });
});

describe("versions come from GitHub's API", () => {
  const pinned = { "ci.config.ts": config(`{ "own/action/sub": { version: "v1.2.0", sha: "${sha("b")}" } }`) };
  const tags = {
    "own/action": {
      "v1.2.0": { commit: sha("b") },
      "v1.3.0": { commit: sha("c") },
      v1: { commit: sha("c") },
      "v1.4.0": { commit: sha("d"), annotated: sha("f") },
      "bundle-v9": { commit: sha("e") },
    },
  };

  test("page by page; an annotated tag is followed to its commit; the token goes along", async () => {
    const server = await tagServer(tags);
    const { text, errors } = await updated(pinned, ["--online"], {
      GITHUB_API_URL: server.url,
      GITHUB_TOKEN: "secret-token",
    });
    expect(errors).toEqual([]);
    expect(text).toContain(`{ version: "v1.4.0", sha: "${sha("d")}" }`);
    expect(server.requests.map(({ path }) => path)).toEqual([
      ...Array.from({ length: 3 }, () => "/repos/own/action/git/matching-refs/tags"),
      `/repos/own/action/git/tags/${sha("f")}`,
    ]);
    expect(new Set(server.requests.map(({ authorization }) => authorization))).toEqual(
      new Set(["Bearer secret-token"]),
    );
  });

  test.each([
    [403, /the rate limit may be used up\. Set GITHUB_TOKEN/],
    [401, /does not accept the token/],
    [500, /answers 500 when asked about own\/action/],
  ])("an answer of %d ends it, and the config stays", async (status, message) => {
    const server = await tagServer(tags, { status });
    const { text, errors } = await updated(pinned, ["--online"], { GITHUB_API_URL: server.url });
    expect(errors).toEqual([expect.stringMatching(message)]);
    expect(text).toBe(pinned["ci.config.ts"]);
  });

  test("a repository that is not there, and a server that is not there", async () => {
    const server = await tagServer({});
    expect((await updated(pinned, ["--online"], { GITHUB_API_URL: server.url })).errors).toEqual([
      expect.stringMatching(/^There is no repository of the action own\/action/),
    ]);
    expect((await updated(pinned, ["--online"], { GITHUB_API_URL: "http://127.0.0.1:59997" })).errors).toEqual([
      "GitHub's API at http://127.0.0.1:59997 cannot be reached: ECONNREFUSED. Without a network, `--facts <file>` reads versions from a file.",
    ]);
  });
});

describe("a file of facts", () => {
  test.each(["", "[]", '{"a/b": {"versions": [{"tag": "v1", "sha": "short"}]}}'])("that is none: %s", async (text) => {
    const { errors } = await updated({ "facts.json": text, "ci.config.ts": config("{}") });
    expect(errors).toEqual([expect.stringMatching(/^facts\.json is no file of facts\. It holds/)]);
  });
  test("that does not exist", async () => {
    const cwd = folder({ "ci.config.ts": config("{}") });
    expect((await command(registerUpdate, cwd, ["update", "--facts", "gone.json"])).errors).toEqual([
      "The file of facts gone.json cannot be read: ENOENT.",
    ]);
  });
});
