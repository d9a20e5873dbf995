/** The checklist's rules where they must speak at the right place, and where they must be silent. */
import { describe, expect, it } from "vitest";
import { applyFixes } from "../../../src/lint/fix.ts";
import type { LintSettings } from "../../../src/lint/settings.ts";
import { findingsIn, inShort, placesOf, ruleNamed } from "../../support/lint.ts";

const found = async (id: string, text: string, settings: Partial<LintSettings> = {}): Promise<string[]> =>
  (await findingsIn(text, [ruleNamed(id)], settings)).map(
    ({ start, message }) => `${start.line}:${start.column} ${message.split(/(?<=\.) /)[0] ?? ""}`,
  );

const fixed = async (id: string, text: string): Promise<string> =>
  applyFixes(
    text,
    (await findingsIn(text, [ruleNamed(id)])).flatMap(({ fix }) => (fix ? [fix] : [])),
  ).text;

const job = (steps: string, more = ""): string =>
  `on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n${more}    steps:\n${steps}`;

describe("job-timeout", () => {
  it("points at the job's id, once for each job", async () => {
    expect(
      await found("job-timeout", "on: push\njobs:\n  one:\n    steps: [{run: a}]\n  two:\n    steps: [{run: b}]\n"),
    ).toEqual([
      "3:3 The job `one` may run for 360 minutes, GitHub's default.",
      "5:3 The job `two` may run for 360 minutes, GitHub's default.",
    ]);
  });

  it("suggests by what the steps do", async () => {
    const minutes = async (steps: string): Promise<string | undefined> =>
      /timeout-minutes: (\d+)/.exec(await fixed("job-timeout", job(steps)))?.[1];
    expect(await minutes("      - run: echo hello\n")).toBe("10");
    expect(await minutes("      - uses: actions/checkout@v4\n      - run: npm ci\n")).toBe("20");
    expect(await minutes("      - run: go test ./...\n")).toBe("45");
    expect(await minutes("      - uses: docker/build-push-action@v6\n")).toBe("60");
    expect(await minutes("      - run: npx playwright test\n")).toBe("60");
    // What cannot be told may take as long as a build, and emulated machines take longer.
    expect(await minutes("      - run: xvfb-run node run-tests.js --group 1 -c 3\n")).toBe("45");
    expect(await minutes("      - run: $CONDA/bin/conda build .\n")).toBe("45");
    expect(await minutes("      - uses: nick-fields/retry@v3\n        with: {command: make}\n")).toBe("45");
    expect(await minutes("      - uses: acme/everything@v1\n")).toBe("45");
    expect(await minutes("      - uses: uraimo/run-on-arch-action@v3\n")).toBe("60");
    expect(await minutes("      - uses: actions/stale@v10\n")).toBe("20");
    expect(await minutes("      - run: python3 -c 'print(1)'\n")).toBe("10");
  });

  it("gives macOS and Windows twice as long", async () => {
    expect(await fixed("job-timeout", job("      - run: make\n").replace("ubuntu-latest", "macOS-latest"))).toContain(
      "timeout-minutes: 90",
    );
  });

  it("leaves called workflows, computed timeouts and odd shapes alone", async () => {
    expect(
      await found(
        "job-timeout",
        "on: push\njobs:\n  a: {uses: ./.github/workflows/b.yml}\n  b: {timeout-minutes: '${{ inputs.minutes }}', steps: [{run: a}]}\n  c: text\n  d:\n  __proto__: {steps: x}\n",
      ),
    ).toEqual([]);
  });
});

describe("concurrency-group", () => {
  const cleanup = (on: string): string =>
    `on: ${on}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: gh api /user/packages/container/a/versions --jq '.[].id' | xargs -I {} gh api -X DELETE /user/packages/container/a/versions/{}\n`;

  it("finds cleanups that meet", async () => {
    expect(
      await found("concurrency-group", cleanup("{ schedule: [{ cron: 0 3 * * * }], workflow_dispatch: }")),
    ).toEqual([
      "6:9 This step deletes package versions, and two runs of this workflow may do so at once: what one has deleted is a 404 for the other.",
    ]);
    expect(
      await fixed("concurrency-group", cleanup("{ workflow_run: { workflows: [a], types: [completed] } }")),
    ).toContain("group: ${{ github.workflow }}\n");
  });

  it("leaves cleanups alone that cannot", async () => {
    expect(await found("concurrency-group", cleanup("{ schedule: [{ cron: 0 3 * * 0 }] }"))).toEqual([]);
    expect(await found("concurrency-group", cleanup("workflow_dispatch"))).toEqual([]);
  });

  it("names the branch in the same way for every event", async () => {
    expect(
      await fixed(
        "concurrency-group",
        "on: { workflow_run: { workflows: [a], types: [completed] }, push: { branches: [main] } }\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: git push\n",
      ),
    ).toContain("group: ${{ github.workflow }}-${{ github.event.workflow_run.head_branch || github.ref_name }}\n");
  });
});

describe("explicit-permissions", () => {
  it("asks for stale's own permissions by its version", async () => {
    const stale = (version: string): string => job(`      - uses: actions/stale@${version}\n`);
    expect(await fixed("explicit-permissions", stale("v3"))).not.toContain("actions: write");
    expect(await fixed("explicit-permissions", stale("v10"))).toContain("actions: write");
  });

  it("speaks once for a workflow, and where some jobs have theirs, of the others", async () => {
    expect(
      await found("explicit-permissions", "on: push\njobs:\n  a: {steps: [{run: a}]}\n  b: {steps: [{run: b}]}\n"),
    ).toHaveLength(1);
    expect(
      await found(
        "explicit-permissions",
        "on: push\njobs:\n  a: {permissions: {}, steps: [{run: a}]}\n  b: {steps: [{run: b}]}\n",
      ),
    ).toEqual([
      "4:3 The job `b` leaves the token's permissions to the repository's settings, which may be write access to everything.",
    ]);
  });

  it("writes one block where all jobs need the same, and one to each job where they do not", async () => {
    const checkout = "      - uses: actions/checkout@v4\n      - run: make test\n";
    expect(await fixed("explicit-permissions", job(checkout))).toBe(
      job(checkout).replace("on: push\n", "on: push\npermissions:\n  contents: read\n"),
    );
    const two = `${job(checkout)}  b:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo done\n`;
    expect(await fixed("explicit-permissions", two)).toBe(
      two
        .replace("on: push\n", "on: push\npermissions: {}\n")
        .replace("ubuntu-latest\n", "ubuntu-latest\n    permissions:\n      contents: read\n")
        .replace("  b:\n    runs-on: ubuntu-latest\n", "  b:\n    runs-on: ubuntu-latest\n    permissions: {}\n"),
    );
  });

  it("offers no fix where a step is not understood", async () => {
    const text = job("      - uses: somebody/unknown@v1\n");
    expect(await found("explicit-permissions", text)).toHaveLength(1);
    expect(await fixed("explicit-permissions", text)).toBe(text);
  });
});

describe("pinned-action", () => {
  const recommended = { preset: "recommended" as const };

  it("accepts versions under recommended, and points at the ref", async () => {
    expect(
      await found(
        "pinned-action",
        job(
          "      - uses: actions/checkout@v4\n      - uses: a/b@1.2.3\n      - uses: a/b@release/v1\n      - uses: dtolnay/rust-toolchain@stable\n      - uses: a/b/c@tool-v3\n",
        ),
        recommended,
      ),
    ).toEqual([]);
    expect(
      await found("pinned-action", job("      - uses: a/b@main\n      - uses: 'a/b@develop'\n"), recommended),
    ).toEqual([
      "6:19 `main` is a branch or a moving tag: it runs what was pushed to it last.",
      "7:20 `develop` is a branch or a moving tag: it runs what was pushed to it last.",
    ]);
  });

  it("wants commits under strict, and writes those that it knows", async () => {
    const text = job(
      "      - uses: actions/checkout@v4 # needed\n      - uses: 'actions/setup-go@v5'\n      - uses: a/b@v1\n",
    );
    const pinned = await fixed("pinned-action", text);
    expect(pinned).toMatch(/- uses: actions\/checkout@[0-9a-f]{40} # v4\.\d+\.\d+ # needed\n/);
    expect(pinned).toMatch(/- uses: 'actions\/setup-go@[0-9a-f]{40}' # v5\.\d+\.\d+\n/);
    expect(pinned).toContain("- uses: a/b@v1\n");
    expect(await fixed("pinned-action", job("      - uses: actions/checkout@v4 # v4\n"))).toMatch(
      /@[0-9a-f]{40} # v4\.\d+\.\d+\n/,
    );
  });

  it("trusts whom it is told to trust, and the owner of the repository", async () => {
    const text = job("      - uses: acme/action@main\n", "    if: github.repository == 'acme/app'\n");
    expect(await found("pinned-action", text, recommended)).toEqual([]);
    expect(
      await found("pinned-action", job("      - uses: acme/action@main\n"), { ...recommended, owner: "Acme" }),
    ).toEqual([]);
    expect(await found("pinned-action", text)).toHaveLength(1);
    expect(
      await found("pinned-action", text, { rules: { "pinned-action": { options: { trusted: ["ACME"] } } } }),
    ).toEqual([]);
  });
});

describe("concurrency-group", () => {
  const push = (steps: string, more = "", on = "push:\n    branches: [main]") =>
    `on:\n  ${on}\njobs:\n  a:\n    runs-on: ubuntu-latest\n${more}    steps:\n${steps}`;

  it("is wanted where runs write to one thing", async () => {
    expect(await found("concurrency-group", push("      - run: git push origin HEAD\n"))).toEqual([
      "8:9 This step pushes commits, and two runs of this workflow may do so at once: the older one can win.",
    ]);
    expect(
      await found(
        "concurrency-group",
        push("      - uses: docker/build-push-action@v6\n        with: {push: true, tags: 'acme/app:latest'}\n"),
      ),
    ).toHaveLength(1);
  });

  it("is not wanted where nothing can race", async () => {
    expect(await found("concurrency-group", push("      - run: make lint\n"))).toEqual([]);
    expect(await found("concurrency-group", push("      - run: git push origin HEAD\n", "", "pull_request:"))).toEqual(
      [],
    );
    expect(
      await found("concurrency-group", push("      - run: git push origin HEAD\n", "", "push:\n    tags: [v*]")),
    ).toEqual([]);
    expect(await found("concurrency-group", push("      - run: git push --tags\n"))).toEqual([]);
    expect(
      await found(
        "concurrency-group",
        push(
          "      - run: git push\n",
          "    if: github.event_name == 'release'\n",
          "push:\n    branches: [main]\n  release:",
        ),
      ),
    ).toEqual([]);
    expect(
      await found(
        "concurrency-group",
        push(
          "      - uses: docker/build-push-action@v6\n        with: {push: true, tags: 'acme/app:${{ github.sha }}'}\n",
        ),
      ),
    ).toEqual([]);
  });

  it("gives a group to the job where there are others, and to none of a matrix", async () => {
    const two = `${push("      - run: git push\n")}  b:\n    steps: [{run: make}]\n`;
    expect(await fixed("concurrency-group", two)).toContain(
      "    runs-on: ubuntu-latest\n    concurrency:\n      group: a-${{ github.ref }}\n      cancel-in-progress: false\n",
    );
    const matrix = two.replace("    runs-on", "    strategy: {matrix: {x: [1, 2]}}\n    runs-on");
    expect(await fixed("concurrency-group", matrix)).toBe(matrix);
  });
});

describe("step-timeout", () => {
  const steps = "      - run: docker build .\n      - run: npx playwright test\n";
  it("is wanted in long jobs with several long steps only", async () => {
    expect(await found("step-timeout", job(steps, "    timeout-minutes: 120\n"))).toEqual([
      "7:9 Nothing but the job's 120 minutes ends this step when it hangs.",
      "8:9 Nothing but the job's 120 minutes ends this step when it hangs.",
    ]);
    expect(await found("step-timeout", job(steps, "    timeout-minutes: 30\n"))).toEqual([]);
    expect(
      await found(
        "step-timeout",
        job("      - run: docker build .\n      - run: echo done\n", "    timeout-minutes: 120\n"),
      ),
    ).toEqual([]);
    expect(await found("step-timeout", job(steps))).toEqual([]);
  });
});

describe("network-retry", () => {
  it("knows what repeats by itself", async () => {
    expect(
      await found(
        "network-retry",
        job(
          '      - run: wget https://example.com/a\n      - run: docker buildx build --push .\n      - run: curl -sS https://example.com/health\n      - run: curl -o a http://localhost:8080/a\n      - run: |\n          retry() { "$@" || "$@"; }\n          retry docker pull a/b\n      - run: if ! docker pull a/b; then docker build -t a/b .; fi\n',
        ),
      ),
    ).toEqual([]);
  });

  it("points at the command and mends curl in place", async () => {
    const text = job("      - run: |\n          mkdir a\n          sudo curl -fsSL -o a/b https://example.com/b\n");
    expect(await found("network-retry", text)).toEqual(["8:11 `curl` fails the run at the first refused connection."]);
    expect(await fixed("network-retry", text)).toBe(text.replace("curl -fsSL", "curl --retry 3 -fsSL"));
  });
});

describe("artifact-retention", () => {
  const upload = (ref: string, more: string): string =>
    job(`      - uses: actions/upload-artifact@${ref}\n        with:\n          path: a${more}\n`);

  it("fits the artifact's purpose, and the action's version", async () => {
    expect(await fixed("artifact-retention", upload("v4", ""))).toContain(
      "          path: a\n          retention-days: 14\n",
    );
    expect(await found("artifact-retention", upload("v4", "\n          retention-days: ${{ inputs.days }}"))).toEqual(
      [],
    );
    expect(await found("artifact-retention", upload("v1", ""))).toEqual([]);
  });
});

describe("dependency-cache", () => {
  const node = (version: string, run: string, more = ""): string =>
    job(`      - uses: actions/setup-node@${version}\n${more}      - run: ${run}\n`);

  it("writes the input where the action finds its lock file, and only says so elsewhere", async () => {
    expect(await fixed("dependency-cache", node("v4", "npm ci"))).toContain(
      "setup-node@v4\n        with:\n          cache: npm\n",
    );
    const moved = node("v4", "cd site && npm ci");
    expect(await found("dependency-cache", moved)).toHaveLength(1);
    expect(await fixed("dependency-cache", moved)).toBe(moved);
  });

  it("knows versions that cache by themselves, or cannot", async () => {
    expect(await found("dependency-cache", node("v6", "npm ci"))).toEqual([]);
    expect(await found("dependency-cache", node("v1", "npm ci"))).toEqual([]);
    expect(
      await found("dependency-cache", node("v4", "npm ci", "        with: {package-manager-cache: false}\n")),
    ).toEqual([]);
    expect(await found("dependency-cache", node("v4", "npm install -g pnpm"))).toEqual([]);
    expect(await found("dependency-cache", node("v4", "npm ci\n      - uses: actions/cache@v4"))).toEqual([]);
  });
});

describe("workspace-action", () => {
  it("offers `$/` only to who asks for it", async () => {
    const [finding] = await findingsIn(
      job("      - uses: actions/checkout@v4\n      - uses: ./a\n"),
      [ruleNamed("workspace-action")],
      { rules: { "workspace-action": { level: "info" } } },
    );
    expect(finding?.fix?.optIn).toBe(true);
    expect(await found("workspace-action", job("      - uses: actions/checkout@v4\n      - uses: ./a\n"))).toEqual([]);
  });
});

it("finds repeated steps across files, and not in what a program writes", async () => {
  const steps = ["checkout", "setup", "cache", "login", "metadata"]
    .map((name) => `      - uses: acme/${name}@v1\n`)
    .join("");
  const file = (head: string): string => `${head}${job(steps)}  b:\n    runs-on: ubuntu-latest\n    steps:\n${steps}`;
  const files = (head: string) => ({
    ".github/workflows/one.yml": file(head),
    ".github/workflows/two.yml": file(head),
  });
  expect(placesOf(await findingsIn(files(""), [ruleNamed("repeated-steps")]))).toEqual([
    ".github/workflows/one.yml:6 repeated-steps",
  ]);
  expect(
    inShort(
      await findingsIn(files("# Generated by Pipewright from ci.config.ts. Do not edit.\n"), [
        ruleNamed("repeated-steps"),
      ]),
    ),
  ).toEqual([]);
});

it("survives any YAML", async () => {
  const odd = [
    "",
    "jobs: 3",
    "on: []\njobs: []",
    "on:\n  workflow_run:\njobs: {a: {needs: [[]], steps: [[], 3, {run: {}, uses: [], with: x, env: 3}]}}",
    "jobs: {a: {steps: {}, permissions: 3, concurrency: [], timeout-minutes: []}}",
    "on: push\njobs: &x {a: *x}",
  ];
  for (const text of odd) await findingsIn(text);
});
