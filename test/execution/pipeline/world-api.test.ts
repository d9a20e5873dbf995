/** What the world's API answers to jobs: releases, issues, comments, refs, files, pull requests, runs and caches. */
import { describe, expect, onTestFinished, test } from "vitest";
import { jobOf } from "../../player/runs.ts";
import { createWorld, type World, type WorldOptions } from "../../player/world.ts";
import { missing } from "../../support/tools.ts";

const repository = { owner: "Octo", name: "App", defaultBranch: "main", private: false };

/** `api METHOD path [json]` prints the status, and of the answer what JQ says. */
const api = `#!/bin/bash
path="$2"; [[ "$path" == /uploads/* ]] || path="/repos/$GITHUB_REPOSITORY$path"
status="$(curl -sS -o answer.json -w '%{http_code}' -X "$1" -H "Authorization: Bearer $T" \${3:+--data-binary "$3"} "$GITHUB_API_URL$path")"
echo "$status $(jq -c "\${JQ:-.message // empty}" answer.json 2>/dev/null | tr '\\n' ' ')"
`;

interface Job {
  readonly permissions: string;
  readonly script: readonly string[];
  readonly steps?: string;
}

/** Plays one run of these jobs on main and gives what each has printed. */
async function ask(
  jobs: Record<string, Job>,
  more: Partial<WorldOptions> = {},
  before: (world: World) => Promise<void> = () => Promise.resolve(),
): Promise<{ world: World; said: (job: string) => string[] }> {
  const text = Object.entries(jobs).map(
    ([name, { permissions, script, steps = "" }]) =>
      `  ${name}:\n    runs-on: x\n    permissions: ${permissions}\n    env: { T: "\${{ github.token }}" }\n    steps:\n${steps}      - id: ask\n        env: { APP: "\${{ steps.app.outputs.token }}" }\n        run: |\n${script.map((line) => `          ${line}`).join("\n")}\n`,
  );
  const pulls = `name: P\non: { pull_request: {}, push: { branches: ["bump/**"], tags: ["v*"] } }\njobs: { p: { runs-on: x, steps: [{ run: "true" }] } }`;
  const world = await createWorld({
    repository,
    files: {
      "app.txt": "one\n",
      ".github/workflows/a.yml": `name: A\non: workflow_dispatch\njobs:\n${text.join("")}`,
      ".github/workflows/p.yml": pulls,
    },
    tools: { api },
    ...more,
  });
  onTestFinished(() => world.stop());
  await before(world);
  await world.dispatch("a.yml");
  await world.settle();
  return {
    world,
    said: (name) =>
      jobOf(world.run("A"), name)
        .steps.at(-1)
        ?.log.map((line) => line.trim()) ?? [],
  };
}

describe.skipIf(missing("docker-registry", "git", "curl", "jq"))("the API", () => {
  test("keeps releases: drafts, files, and the tag of what is published; a reader sees no draft", async () => {
    const { world, said } = await ask({
      release: {
        permissions: "{ contents: write }",
        script: [
          `JQ=.draft api POST /releases '{"tag_name":"v1.0.0","draft":true,"name":"One"}'`,
          `url="$(jq -r .upload_url answer.json | sed 's/{.*//')"`,
          `echo content > file; curl -sS -o asset.json -X POST -H "Authorization: Bearer $T" -H 'content-type: application/octet-stream' --data-binary @file "$url?name=app%20one.txt"; jq -c '[.name, .state, .size]' asset.json`,
          `JQ='map(.name)' api GET /releases/1/assets`,
          `JQ='[.draft, .html_url]' api PATCH /releases/1 '{"draft":false,"make_latest":"true"}'`,
          `JQ=.tag_name api GET /releases/latest`,
          `JQ=.id api GET /releases/tags/v1.0.0`,
          `api POST /releases '{"tag_name":"v1.0.0"}'`,
          `api DELETE /releases/assets/1`,
          `JQ=length api GET /releases/1/assets`,
        ],
      },
      reader: { permissions: "{ contents: read }", script: [`api POST /releases '{"tag_name":"v2"}'`] },
    });
    expect(said("release")).toEqual([
      "201 true",
      '["app.one.txt","uploaded",8]',
      '200 ["app.one.txt"]',
      '200 [false,"https://github.com/Octo/App/releases/tag/v1.0.0"]',
      '200 "v1.0.0"',
      "200 1",
      '422 "Validation Failed: tag_name already_exists"',
      "204",
      "200 0",
    ]);
    expect(said("reader")).toEqual(['403 "Resource not accessible by integration"']);
    expect(await world.git.ref("refs/tags/v1.0.0")).toBe(await world.git.tip("main"));
    expect(world.releases.map((release) => [release.tag, release.draft])).toEqual([["v1.0.0", false]]);
    // The job's own token: the tag starts no workflow.
    expect(world.player.runs.map((run) => run.workflowName)).toEqual(["A"]);
  });

  test("keeps issues by label, and comments that a pull request's permission covers too", async () => {
    const { world, said } = await ask(
      {
        issues: {
          permissions: "{ issues: write }",
          script: [
            `JQ=.number api POST /issues '{"title":"Flaky","labels":["flaky"]}'`,
            `JQ='map(.title)' api GET '/issues?labels=flaky'`,
            `JQ=length api GET '/issues?labels=other'`,
            `JQ=.state api PATCH /issues/5 '{"state":"closed"}'`,
            `JQ=length api GET /issues`,
            `JQ='map(.state)' api GET '/issues?state=all'`,
            `JQ=.user.login api POST /issues/5/comments '{"body":"again"}'`,
          ],
        },
        pulls: {
          permissions: "{ pull-requests: write }",
          script: [
            `JQ=.id api POST /issues/4/comments '{"body":"hello"}'; id="$(jq .id answer.json)"`,
            `JQ=.body api PATCH "/issues/comments/$id" '{"body":"changed"}'`,
            `JQ='map(.body)' api GET /issues/4/comments`,
            `api POST /issues/5/comments '{"body":"no"}'`,
          ],
        },
      },
      { runners: 1 },
      async (world) =>
        void (await world.openPull({ number: 4, branch: "fix/x", files: { "app.txt": "two\n" }, push: false })),
    );
    expect(said("issues")).toEqual([
      "201 5",
      '200 ["Flaky"]',
      "200 0",
      '200 "closed"',
      "200 0",
      '200 ["closed"]',
      '201 "github-actions[bot]"',
    ]);
    expect(said("pulls").map((line) => line.split(" ")[0])).toEqual(["201", "200", "200", "403"]);
    expect(world.comments.map((comment) => [comment.number, comment.body, comment.who])).toEqual(
      expect.arrayContaining([
        [4, "changed", "A > pulls"],
        [5, "again", "A > issues"],
      ]),
    );
  });

  test("moves refs, writes files and opens pull requests; only an app's token starts workflows with that", async () => {
    const steps = `      - { id: app, uses: "actions/create-github-app-token@${"0".repeat(40)}", with: { client-id: x, private-key: y, permission-contents: write, permission-pull-requests: write } }\n`;
    const script = (branch: string): string[] => [
      `JQ=.ref api POST /git/refs "{\\"ref\\":\\"refs/heads/${branch}\\",\\"sha\\":\\"$GITHUB_SHA\\"}"`,
      `api POST /git/refs "{\\"ref\\":\\"refs/heads/${branch}\\",\\"sha\\":\\"$GITHUB_SHA\\"}"`,
      `JQ='.content | @base64d' api GET /contents/app.txt; blob="$(jq -r .sha answer.json)"`,
      `api PUT /contents/app.txt '{"message":"Bump","branch":"${branch}","content":"dHdvCg=="}'`,
      `JQ='.commit.sha | length' api PUT /contents/app.txt "{\\"message\\":\\"Bump\\",\\"branch\\":\\"${branch}\\",\\"content\\":\\"dHdvCg==\\",\\"sha\\":\\"$blob\\"}"`,
      `api PUT /contents/.github/workflows/x.yml '{"message":"m","branch":"${branch}","content":""}'`,
      `JQ='[.status, .ahead_by, .files[0].filename, .commits[0].commit.message]' api GET /compare/main...${branch}`,
      `JQ=.number api POST /pulls '{"title":"Bump","head":"${branch}","base":"main","body":"b"}'`,
      `api POST /pulls '{"title":"Bump","head":"${branch}","base":"main"}'`,
    ];
    const { world, said } = await ask(
      {
        job: { permissions: "{ contents: write, pull-requests: write }", script: script("bump/job") },
        app: { permissions: "{}", steps, script: ['T="$APP"; export T', ...script("bump/app")] },
      },
      { runners: 1 },
    );
    const expected = (branch: string) => [
      `201 "refs/heads/${branch}"`,
      '422 "Reference already exists"',
      '200 "one\\n"',
      expect.stringContaining("422"),
      "200 40",
      '403 "Resource not accessible by integration"',
      '200 ["ahead",1,"app.txt","Bump"]',
      expect.stringMatching(/^201 [12]$/),
      `422 "Validation Failed: A pull request already exists for Octo:${branch}."`,
    ];
    expect(said("job")).toEqual(expected("bump/job"));
    expect(said("app")).toEqual(expected("bump/app"));
    // Of the app's doing: its branch, its commit, and its pull request.
    expect(
      world.player.runs.filter((run) => run.workflowName === "P").map((run) => [run.event.name, run.event.headBranch]),
    ).toEqual([
      ["push", "bump/app"],
      ["push", "bump/app"],
      ["pull_request", "bump/app"],
    ]);
    expect([...world.pulls.values()].map((pull) => [pull.headRef, pull.title])).toEqual([
      ["bump/job", "Bump"],
      ["bump/app", "Bump"],
    ]);
  });

  test("lets nobody but an app open pull requests where the repository's settings say so", async () => {
    const { said } = await ask(
      {
        job: {
          permissions: "{ contents: write, pull-requests: write }",
          script: [`api POST /pulls '{"title":"x","head":"main","base":"main"}'`],
        },
      },
      { actionsOpenPulls: false },
    );
    expect(said("job")).toEqual(['403 "GitHub Actions is not permitted to create or approve pull requests."']);
  });

  test("tells of runs by file, of attempts, logs and artifacts, and lists and deletes caches", async () => {
    const cache = `      - { run: "mkdir deps && echo 1 > deps/f" }\n      - { uses: "actions/cache/save@${"0".repeat(40)}", with: { path: deps, key: deps-1 } }\n      - { uses: "actions/upload-artifact@${"0".repeat(40)}", with: { name: out, path: deps } }\n`;
    const { world, said } = await ask(
      {
        first: {
          permissions: "{ actions: write }",
          steps: cache,
          script: [
            `JQ='.workflow_runs | map(.event)' api GET '/actions/workflows/p.yml/runs?branch=bump%2Fx&status=success&event=push'`,
            `id="$(jq '.workflow_runs[0].id' answer.json)"`,
            `JQ='[.total_count, .jobs[0].name, .jobs[0].run_attempt]' api GET "/actions/runs/$id/attempts/1/jobs"`,
            `JQ='[.jobs[0].run_attempt]' api GET "/actions/runs/$id/attempts/2/jobs"`,
            `api GET "/actions/runs/$id/attempts/3/jobs"`,
            `JQ='.actions_caches | map([.key, .ref])' api GET '/actions/caches?key=deps'`,
            `api DELETE '/actions/caches?key=deps-1&ref=refs/heads/main'`,
            `JQ=.total_count api GET /actions/caches`,
            `JQ='.artifacts | map(.name)' api GET "/actions/runs/$GITHUB_RUN_ID/artifacts"; artifact="$(jq '.artifacts[0].id' answer.json)"`,
            `curl -sS -H "Authorization: Bearer $T" "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/actions/artifacts/$artifact/zip" | head -c 2`,
          ],
        },
      },
      {},
      async (world) => {
        await world.push("bump/x", { "app.txt": "x\n" });
        await world.settle();
        await world.player.rerun(world.run("P"), "all");
        await world.settle();
      },
    );
    expect(said("first")).toEqual([
      '200 ["push"]',
      '200 [1,"p",1]',
      "200 [2]",
      '404 "Not Found"',
      '200 [["deps-1","refs/heads/main"]]',
      "200",
      "200 0",
      '200 ["out"]',
      "PK",
    ]);
    expect(world.caches).toEqual([]);
  });
});
