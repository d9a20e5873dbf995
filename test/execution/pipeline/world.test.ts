/** The world itself: what a real GitHub would refuse, it refuses. With small workflows written by hand. */
import { afterEach, describe, expect, test } from "vitest";
import { jobOf, logOf } from "../../player/runs.ts";
import { createWorld, type World, type WorldOptions } from "../../player/world.ts";
import { missing } from "../../support/tools.ts";

const repository = { owner: "Octo", name: "App", defaultBranch: "main", private: false };
const SHA = "0".repeat(40);
const pin = (action: string) => `${action}@${SHA}`;

let world: World | undefined;
afterEach(async () => world?.stop());

async function worldWith(workflows: Record<string, string>, more: Partial<WorldOptions> = {}): Promise<World> {
  const files = Object.fromEntries(
    Object.entries(workflows).map(([name, text]) => [`.github/workflows/${name}.yml`, text]),
  );
  world = await createWorld({
    repository,
    files: { Dockerfile: "FROM scratch\n", "app.txt": "one", ...files },
    ...more,
  });
  return world;
}

const build = (permissions: string) => `name: Build
on: { push: { branches: [main] }, pull_request: {} }
jobs:
  build:
    runs-on: ubuntu-24.04
    permissions: ${permissions}
    steps:
      - uses: ${pin("actions/checkout")}
        with: { persist-credentials: false }
      - uses: ${pin("docker/login-action")}
        with: { registry: ghcr.io, username: "\${{ github.actor }}", password: "\${{ github.token }}" }
      - uses: ${pin("docker/setup-buildx-action")}
      - { id: one, uses: "${pin("docker/build-push-action")}", with: { context: ., outputs: type=cacheonly, provenance: "false", labels: "org.opencontainers.image.revision=\${{ github.sha }}" } }
      - { id: two, uses: "${pin("docker/build-push-action")}", with: { context: ., push: true, tags: "ghcr.io/octo/app:v", provenance: "false", labels: "org.opencontainers.image.revision=\${{ github.sha }}" } }
      - { uses: "${pin("docker/build-push-action")}", with: { context: ., outputs: "type=docker,dest=\${{ runner.temp }}/image.tar", provenance: "false" } }
      - { uses: "${pin("actions/upload-artifact")}", with: { name: image, path: "\${{ runner.temp }}/image.tar", retention-days: 1 } }
`;

describe.skipIf(missing("docker-registry", "git"))("the world", () => {
  test("builds, pushes and keeps what a workflow with the permissions for it builds and pushes", async () => {
    const { push, settle, tags, builds, run, ghcr } = await worldWith({
      build: build("{ contents: read, packages: write }"),
    });
    const sha = await push("main", { "app.txt": "two" });
    await settle();
    expect(logOf(jobOf(run("Build"), "build"))).not.toContain("::error::");
    expect(run("Build").conclusion).toBe("success");
    expect(Object.keys(await tags("octo/app"))).toEqual(["v"]);
    expect(builds.filter((each) => each.commit === sha).map((each) => each.cached)).toEqual([false, true]);
    expect(run("Build").artifacts.map((artifact) => artifact.name)).toEqual(["image"]);
    expect(ghcr.gate.refused).toEqual([]);
  });

  test("refuses a push without packages: write, and from a fork whatever the workflow asks for", async () => {
    const { push, openPull, settle, run, ghcr } = await worldWith({
      build: build("{ contents: read, packages: read }"),
    });
    await push("main", { "app.txt": "two" });
    await settle();
    expect(jobOf(run("Build"), "build").result).toBe("failure");
    expect(ghcr.gate.refused.length).toBeGreaterThan(0);
    await push("main", { ".github/workflows/build.yml": build("{ contents: read, packages: write }") });
    await settle();
    expect(run("Build").conclusion).toBe("success");
    await openPull({ number: 4, branch: "main", files: { "app.txt": "three" }, fork: "mallory/App" });
    await settle();
    expect(jobOf(run("Build"), "build").result).toBe("failure");
  });

  test("the API refuses what a job's token may not do", async () => {
    const post = `curl -sS -o /dev/null -w '%{http_code}\\n' -X POST -H "Authorization: Bearer $T" "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/statuses/$S" -d '{"state":"success","context":"c"}'`;
    const { push, settle, run, verdicts } = await worldWith({
      a: `name: A
on: push
jobs:
  may: { runs-on: x, permissions: { statuses: write }, env: { T: "\${{ github.token }}", S: "\${{ github.sha }}" }, steps: [{ run: '${post.replaceAll("'", "''")}' }] }
  may-not: { runs-on: x, permissions: { contents: read }, env: { T: "\${{ github.token }}", S: "\${{ github.sha }}" }, steps: [{ run: '${post.replaceAll("'", "''")}' }] }
`,
    });
    const sha = await push("main", { "app.txt": "two" });
    await settle();
    expect(jobOf(run("A"), "may").steps[0]?.log).toContain("201");
    expect(jobOf(run("A"), "may-not").steps[0]?.log).toContain("403");
    expect(verdicts(sha)).toEqual({ c: "success" });
  });

  test("checkout leaves the token behind unless told otherwise, and refuses a fork's commit in workflow_run", async () => {
    const checkout = (inputs: string) =>
      `{ uses: "${pin("actions/checkout")}", with: { ref: "\${{ github.event.workflow_run.head_sha }}", ${inputs} } }`;
    const { openPull, settle, run } = await worldWith({
      a: `name: A\non: pull_request\njobs: { a: { runs-on: x, steps: [{ uses: "${pin("actions/checkout")}" }, { run: "cat app.txt; git config --get http.https://github.com/.extraheader" }] } }`,
      b: `name: B
on: { workflow_run: { workflows: [A], types: [completed] } }
jobs:
  refused: { runs-on: x, permissions: { contents: read }, steps: [${checkout("persist-credentials: false")}] }
  allowed: { runs-on: x, permissions: { contents: read }, steps: [${checkout("persist-credentials: false, allow-unsafe-pr-checkout: true")}, { run: "cat app.txt; git config --get http.https://github.com/.extraheader || echo none" }] }
`,
    });
    await openPull({ number: 4, branch: "main", files: { "app.txt": "three" }, fork: "mallory/App" });
    await settle();
    expect(jobOf(run("A"), "a").steps[1]?.log.join("\n")).toMatch(/^threeAUTHORIZATION: basic /);
    expect(jobOf(run("B"), "refused").result).toBe("failure");
    expect(jobOf(run("B"), "allowed").steps[1]?.log).toEqual(["threenone"]);
  });

  test("a sparse checkout below .git brings a folder of the workflow's commit, beside the code and seen by no one", async () => {
    const checkout = (inputs: string) => `{ uses: "${pin("actions/checkout")}", with: { ${inputs} } }`;
    const take = checkout(
      'ref: "${{ github.workflow_sha }}", path: .git/pipewright, sparse-checkout: .github/pipewright, persist-credentials: false',
    );
    const say = "{ uses: ./.git/pipewright/.github/pipewright/say, with: { what: hello } }";
    const action = (run: string) =>
      `inputs: { what: {} }\nruns: { using: composite, steps: [{ shell: bash, run: '${run}' }] }\n`;
    const { push, settle, run } = await worldWith({
      a: `name: A
on: push
jobs:
  with-code:
    runs-on: x
    permissions: { contents: read }
    steps: [${checkout("persist-credentials: false")}, ${take}, { run: "echo broken > .github/pipewright/say/action.yml; rm -r lib" }, ${say}, { run: "git status --short; git ls-files --others; ls .git/pipewright" }]
  without:
    runs-on: x
    permissions: { contents: read }
    steps: [${take}, ${say}]
`,
    });
    await push("main", {
      ".github/pipewright/say/action.yml": action('cat "$GITHUB_ACTION_PATH/../lib/text"'),
      ".github/pipewright/lib/text": "the text\n",
      "lib/own.txt": "code\n",
    });
    await settle();
    expect(logOf(jobOf(run("A"), "with-code"))).not.toContain("::error::");
    expect(jobOf(run("A"), "with-code").steps[3]?.log).toEqual(["the text"]);
    expect(jobOf(run("A"), "with-code").steps[4]?.log).toEqual([
      " M .github/pipewright/say/action.yml",
      " D lib/own.txt",
      "Dockerfile",
      "app.txt",
    ]);
    expect(jobOf(run("A"), "without").steps[1]?.log).toEqual(["the text"]);
  });

  test("artifacts of another run need a token with actions: read, and expire", async () => {
    const download = (inputs: string) =>
      `{ uses: "${pin("actions/download-artifact")}", with: { name: out, path: out, run-id: "\${{ github.event.workflow_run.id }}", ${inputs} } }`;
    const { push, settle, run, age, player } = await worldWith({
      a: `name: A\non: push\njobs: { a: { runs-on: x, steps: [{ run: "mkdir d; echo hi > d/f" }, { uses: "${pin("actions/upload-artifact")}", with: { name: out, path: d, retention-days: 1 } }] } }`,
      b: `name: B
on: { workflow_run: { workflows: [A], types: [completed] } }
jobs:
  with: { runs-on: x, permissions: { actions: read }, steps: [${download('github-token: "${{ github.token }}"')}, { run: cat out/f }] }
  without-token: { runs-on: x, permissions: { actions: read }, steps: [${download("")}] }
  without-permission: { runs-on: x, permissions: {}, steps: [${download('github-token: "${{ github.token }}"')}] }
`,
    });
    await push("main", { "app.txt": "two" });
    await settle();
    expect(run("B").jobs.map((job) => job.result)).toEqual(["success", "failure", "failure"]);
    age(25);
    await player.rerun(run("B"), "all");
    await settle();
    expect(run("B").jobs.map((job) => job.result)).toEqual(["failure", "failure", "failure"]);
  });

  test("a merge queue pushes its branch too", async () => {
    const { openPull, enqueue, land, settle, player, verdicts } = await worldWith({
      a: `name: A\non: { push: { branches: ["**", "!gh-readonly-queue/**"] }, merge_group: {} }\njobs: { a: { runs-on: x, steps: [{ run: "true" }] } }`,
    });
    await openPull({ number: 2, branch: "fix/x", files: { "app.txt": "two" } });
    const sha = await enqueue(2);
    await land(2, sha);
    await settle();
    expect(player.runs.map((each) => [each.event.name, each.event.headSha === sha])).toEqual([
      ["push", false],
      ["merge_group", true],
      ["push", true],
    ]);
    expect(verdicts(sha)).toEqual({});
  });
});
