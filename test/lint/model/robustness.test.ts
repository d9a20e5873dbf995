/**
 * The model of files that nobody writes by hand: it neither throws nor takes for ever. No clock is read: what is not linear
 * takes minutes or all memory, and so runs into the limit that every test has.
 */
import { describe, expect, it } from "vitest";
import { pipelineOf } from "../../../src/lint/model/pipeline.ts";
import { rendered } from "../../../src/lint/model/render.ts";
import type { Example } from "../../../src/lint/rule.ts";
import { repositoryOf } from "../../support/lint.ts";
import { runs } from "../../support/property-runs.ts";

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const workflow = (jobs: string, on = "push"): string => `on: ${on}\njobs:\n${jobs}`;
const steps = (lines: readonly string[], id = "a", more = ""): string =>
  `  ${id}:\n    runs-on: ubuntu-latest\n${more}    steps:\n${lines.map((line) => `      - ${line}\n`).join("")}`;
const script = (text: string): string => workflow(steps(["uses: actions/checkout@v4", `run: ${JSON.stringify(text)}`]));

async function modelOf(example: Example): Promise<string> {
  return rendered(pipelineOf(await repositoryOf(example)));
}

describe("large and deep files", () => {
  it("reads a chain of needs that is written last job first", async () => {
    const jobs = numbers(6_000)
      .reverse()
      .map(
        (index) =>
          `  j${index}:\n    runs-on: ubuntu-latest\n${index > 0 ? `    needs: j${index - 1}\n` : ""}    steps:\n      - run: docker pull app:${index}\n`,
      );
    expect(await modelOf(workflow(jobs.join("")))).toContain("takes app:5999");
  });

  it("reads jobs that all need each other", async () => {
    const jobs = numbers(200).map(
      (index) =>
        `  j${index}:\n    runs-on: ubuntu-latest\n    needs: [${numbers(200)
          .map((other) => `j${other}`)
          .join(
            ", ",
          )}]\n    if: needs.j${(index + 1) % 200}.result == 'success'\n    steps:\n      - run: docker pull app:\${{ needs.j${(index + 1) % 200}.outputs.tag }}\n    outputs:\n      tag: \${{ needs.j${(index + 1) % 200}.outputs.tag }}\${{ needs.j${(index + 2) % 200}.outputs.tag }}\n`,
    );
    await modelOf(workflow(jobs.join("")));
  });

  it("reads outputs that are handed through many jobs, each of them twice", async () => {
    const jobs = numbers(400).map(
      (index) =>
        `  j${index}:\n    runs-on: ubuntu-latest\n${index > 0 ? `    needs: j${index - 1}\n` : ""}    outputs:\n      tag: \${{ ${index > 0 ? `needs.j${index - 1}.outputs.tag == 'x' && needs.j${index - 1}.outputs.tag` : "github.sha"} }}\n    steps:\n      - run: docker pull app:\${{ ${index > 0 ? `needs.j${index - 1}.outputs.tag` : "github.sha"} }}\n`,
    );
    await modelOf(workflow(jobs.reverse().join("")));
  });

  it("reads variables that are each made of the one before, twice", async () => {
    const env = numbers(60).map((index) => `      V${index}: \${{ env.V${index - 1} }}\${{ env.V${index - 1} }}\n`);
    await modelOf(
      workflow(
        steps([`run: docker pull app:\${{ env.V59 }}`, `run: docker pull app:$V59`], "a", `    env:\n${env.join("")}`),
      ),
    );
    await modelOf(
      workflow(
        steps(
          numbers(300)
            .map((index) => `run: echo "V=\${{ env.V }}\${{ env.V }}-${index}" >> "$GITHUB_ENV"`)
            .concat("run: docker pull app:$V"),
        ),
      ),
    );
    await modelOf(
      workflow(
        steps(
          numbers(300)
            .map(
              (index) =>
                `id: s${index}\n        run: echo "v=\${{ steps.s${index - 1}.outputs.v }}\${{ steps.s${index - 1}.outputs.v }}" >> "$GITHUB_OUTPUT"`,
            )
            .concat("run: docker pull app:${{ steps.s299.outputs.v }}"),
        ),
      ),
    );
  });

  it("reads 10,000 steps", async () => {
    const text = await modelOf(
      workflow(
        steps(
          numbers(10_000).map((index) =>
            index % 10 === 0
              ? `uses: actions/checkout@v4`
              : `run: docker build -t app:${index} . && echo "V${index}=1" >> "$GITHUB_ENV"`,
          ),
        ),
      ),
    );
    expect(text).toContain("app:9999");
  });

  it("reads a matrix of 256 jobs of each of three axes", async () => {
    const axis = `[${numbers(256).join(", ")}]`;
    const text = await modelOf(
      workflow(
        steps(
          [`run: docker build -t app:\${{ matrix.a }}-\${{ matrix.b }}-\${{ matrix.c }} .`],
          "a",
          `    strategy:\n      matrix:\n        a: ${axis}\n        b: ${axis}\n        c: ${axis}\n        include:\n${numbers(
            256,
          )
            .map((index) => `          - {a: ${index}, d: x}\n`)
            .join("")}`,
        ),
      ),
    );
    expect(text).toContain("matrix.a");
  });
});

describe("calls", () => {
  it("ends where workflows call each other in a circle", async () => {
    const call = (to: string): string =>
      `on: [push, workflow_call]\njobs:\n  x:\n    uses: ./.github/workflows/${to}.yml\n  y:\n    needs: x\n    uses: ./.github/workflows/${to}.yml\n`;
    await modelOf({
      ".github/workflows/a.yml": call("b"),
      ".github/workflows/b.yml": call("c"),
      ".github/workflows/c.yml": call("a"),
      ".github/workflows/d.yml": call("d"),
    });
  });

  it("does not follow calls that fan out at every level", async () => {
    const files = Object.fromEntries(
      numbers(12).map((level) => [
        `.github/workflows/w${level}.yml`,
        `on: [push, workflow_call]\njobs:\n${numbers(30)
          .map((index) => `  j${index}:\n    uses: ./.github/workflows/w${level + 1}.yml\n    secrets: inherit\n`)
          .join("")}`,
      ]),
    );
    await modelOf(files);
  });

  it("ends where composite actions use each other in a circle", async () => {
    const action = (to: string): string =>
      `name: x\nruns:\n  using: composite\n  steps:\n${numbers(20)
        .map(() => `    - uses: ./${to}\n    - run: docker pull app:1\n      shell: bash\n`)
        .join("")}`;
    await modelOf({
      ".github/workflows/a.yml": workflow(steps(numbers(50).map(() => "uses: ./one"))),
      "one/action.yml": action("two"),
      "two/action.yml": action("three"),
      "three/action.yml": action("one"),
    });
  });

  it("asks for an output that an earlier script writes before an action's steps are known", async () => {
    const text = await modelOf({
      ".github/workflows/a.yml": workflow(
        steps([
          "uses: actions/checkout@v4",
          `id: x\n        run: echo "y=yes" >> "$GITHUB_OUTPUT"`,
          "if: steps.x.outputs.y == 'yes'\n        uses: ./one",
        ]),
      ),
      "one/action.yml":
        "name: x\nruns:\n  using: composite\n  steps:\n    - run: docker pull app:1\n      shell: bash\n",
    });
    expect(text).toContain("    takes app:1");
  });

  it("ends where inputs of an action default to each other", async () => {
    await modelOf({
      ".github/workflows/a.yml": workflow(steps(["uses: ./one"])),
      "one/action.yml":
        "name: x\ninputs:\n  a:\n    default: ${{ inputs.b }}\n  b:\n    default: ${{ inputs.a }}\nruns:\n  using: composite\n  steps:\n    - run: docker pull app:${{ inputs.a }}\n      shell: bash\n",
    });
  });

  it("ends where workflows follow each other in a circle", async () => {
    await modelOf(
      Object.fromEntries(
        numbers(30).map((index) => [
          `.github/workflows/w${index}.yml`,
          `name: w${index}\non:\n  push:\n  workflow_run:\n    workflows: [${numbers(30)
            .map((other) => `w${other}`)
            .join(", ")}]\njobs:\n${steps(["run: docker pull app:1"])}`,
        ]),
      ),
    );
  });
});

describe("scripts", () => {
  it.each([
    ["substitutions", `docker pull app:${"$(echo ".repeat(400)}x${")".repeat(400)}`],
    ["defaults", `docker pull app:${"${A:-".repeat(800)}x${"}".repeat(800)}`],
    ["groups", `${"{ ".repeat(1_000)}docker pull app:1;${" }".repeat(1_000)}`],
    ["subshells", `${"( ".repeat(1_000)}docker pull app:1${" )".repeat(1_000)}`],
    ["conditions", `${"if true; then\n".repeat(300)}docker pull app:1\n${"fi\n".repeat(300)}`],
    ["unknown conditions", `${"if grep x y; then A=$A$A; else A=$A-; fi\n".repeat(120)}docker pull app:$A\n`],
    ["elifs", `if a; then b\n${"elif a; then docker pull app:1\n".repeat(180)}fi\n`],
    ["loops in loops", `${"for i in 1 2 3 4 5 6 7 8 9; do\n".repeat(30)}docker pull app:$i\n${"done\n".repeat(30)}`],
    ["functions that call themselves", "f() { g; g; f; }\ng() { f; f; docker pull app:1; }\nf\n"],
    ["lists", `${"a && b || ".repeat(500)}docker pull app:1`],
    ["pipelines", `${"a | ".repeat(1_000)}docker pull app:1`],
    ["negations", `${"! ".repeat(2_000)}docker pull app:1`],
    ["tests", `[[ ${"( ".repeat(1_000)}a = b${" )".repeat(1_000)} ]] && docker pull app:1`],
    ["quotes that never end", `docker pull "app:${"$(\"`'".repeat(500)}`],
    ["backticks", `docker pull app:${"`echo \\".repeat(300)}`],
    ["arithmetic", `docker pull app:$((${"(".repeat(1_500)}1${")".repeat(1_500)}))`],
  ])("reads %s", async (_, text) => {
    await modelOf(script(text));
  });

  it("reads expressions in expressions", async () => {
    await modelOf(
      workflow(
        steps([
          `run: docker pull app:\${{ ${"format('{0}', ".repeat(1_000)}github.sha${")".repeat(1_000)} }}`,
          `run: docker pull app:\${{ ${"(".repeat(3_000)}github.sha${")".repeat(3_000)} }}`,
          `if: ${"!".repeat(3_000)}github.sha\n        run: docker pull app:1`,
        ]),
      ),
    );
  });
});

const SEED: Record<string, string> = {
  ".github/workflows/build.yml": `name: Build
on:
  push:
    branches: [main]
  pull_request:
env:
  IMAGE: ghcr.io/octo/app
jobs:
  image:
    strategy:
      matrix:
        app: [web, worker]
        include:
          - app: web
            target: runtime
    runs-on: ubuntu-latest
    outputs:
      tag: \${{ steps.tag.outputs.tag }}
    steps:
      - uses: actions/checkout@v4
      - id: tag
        if: github.ref == 'refs/heads/main' || always()
        run: |
          for part in a b; do
            if [ "$GITHUB_EVENT_NAME" = "pull_request" ]; then
              echo "tag=pr-\${{ github.event.number }}-\${GITHUB_SHA::7}" >> "$GITHUB_OUTPUT"
            else
              echo "tag=sha-$(echo "$GITHUB_SHA" | cut -c1-7)" >> "$GITHUB_OUTPUT"
            fi
          done
      - uses: ./.github/actions/push
        with:
          tags: \${{ env.IMAGE }}:\${{ steps.tag.outputs.tag }}
      - run: ./scripts/build.sh \${{ matrix.app }}
      - uses: docker/metadata-action@v5
        id: meta
        with:
          images: \${{ env.IMAGE }}
          tags: |
            type=sha,prefix=sha-
            type=raw,value=latest,enable={{is_default_branch}}
      - uses: docker/bake-action@v6
        with:
          targets: app
  scan:
    needs: [image]
    uses: ./.github/workflows/scan.yml
    with:
      image: ghcr.io/octo/app:\${{ needs.image.outputs.tag }}
`,
  ".github/workflows/scan.yml": `on:
  workflow_call:
    inputs:
      image:
        type: string
        default: latest
  workflow_run:
    workflows: [Build]
    types: [completed]
jobs:
  trivy:
    runs-on: ubuntu-latest
    container: node:22
    steps:
      - uses: aquasecurity/trivy-action@0.33.1
        with:
          image-ref: \${{ inputs.image }}
      - uses: actions/download-artifact@v4
        with:
          run-id: \${{ github.event.workflow_run.id }}
`,
  ".github/actions/push/action.yml": `name: Push
inputs:
  tags:
    required: true
runs:
  using: composite
  steps:
    - uses: docker/build-push-action@v6
      with:
        push: true
        tags: \${{ inputs.tags }}
    - run: bash scripts/build.sh "$GITHUB_SHA"
      shell: bash
`,
  "scripts/build.sh": `#!/bin/bash
set -eu
build() { docker build -t "ghcr.io/octo/$1:\${2:-latest}" -f docker/Dockerfile .; }
case "\${1:-}" in
  web|worker) build "$@" ;;
  *) "$0" web "$(git rev-parse HEAD)"; . scripts/build.sh ;;
esac
docker push "ghcr.io/octo/$1"
`,
  "docker/Dockerfile":
    "ARG BASE=ghcr.io/octo/base:1\nFROM $BASE AS build\nFROM build\nCOPY --from=ghcr.io/octo/tools:2 /a /b\n",
  "docker-bake.hcl": `variable "TAG" { default = "latest" }
target "base" { context = "." }
target "app" {
  inherits = ["base"]
  tags = ["ghcr.io/octo/app:\${TAG}"]
}
`,
};

/** The same numbers on every machine. */
function randomly(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 374_761_393) >>> 0;
    return state % below;
  };
}

const replaced = (lines: readonly string[], at: number, line: string): string[] =>
  lines.map((before, index) => (index === at ? line : before));

/** Lines and pieces of lines left out, doubled, moved and put in the places of others. */
function mutated(text: string, random: (below: number) => number): string {
  let lines = text.split("\n");
  for (let count = random(6) + 1; count > 0; count--) {
    const [at, other] = [random(lines.length), random(lines.length)];
    const line = lines[at] ?? "";
    const donor = lines[other] ?? "";
    const cut = random(line.length + 1);
    const edits = [
      () => lines.filter((_, index) => index !== at),
      () => [...lines.slice(0, at), line, ...lines.slice(at)],
      () => replaced(lines, at, donor),
      () => replaced(lines, at, line.slice(0, cut) + donor.trim()),
      () => replaced(lines, at, line.slice(0, cut) + line.slice(cut + 1)),
      () => replaced(lines, at, `${"$\u007b\"'([{|&;<>`#!*:\\"[random(17)] ?? ""}${line}`),
      () => replaced(lines, at, line.replace(/[\w.]+(?=\s*\}\})/, donor.trim())),
      () => replaced(lines, at, `  ${line}`),
    ];
    lines = (edits[random(edits.length)] ?? edits[0] ?? ((): string[] => lines))();
  }
  return lines.join("\n");
}

describe("mutations of a repository", () => {
  it("never throw and never take long", async () => {
    for (let seed = 0; seed < runs(250); seed++) {
      const random = randomly(seed);
      const files = Object.fromEntries(
        Object.entries(SEED).map(([path, text]) => [path, random(2) === 0 ? text : mutated(text, random)]),
      );
      await modelOf(files);
    }
  });
});
