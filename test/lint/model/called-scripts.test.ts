/** Scripts of the repository, read where a step calls them. */
import { describe, expect, it } from "vitest";
import { inWords } from "../../../src/lint/model/render.ts";
import { pipelineOf } from "../../../src/lint/model/pipeline.ts";
import { findingsIn, inShort, repositoryOf, ruleNamed } from "../../support/lint.ts";

const CHECKOUT = "- uses: actions/checkout@v4";

/** What the job does after these steps, `scripts/build.sh` and other files being there. */
async function effects(steps: readonly string[], files: Readonly<Record<string, string>>, job = ""): Promise<string[]> {
  const workflow = `on:\n  push:\n    branches: [main]\njobs:\n  a:\n    runs-on: ubuntu-latest\n${job}    steps:\n${steps.join("\n").replace(/^/gm, "      ")}\n`;
  return [
    ...new Set(
      pipelineOf(await repositoryOf({ ".github/workflows/a.yml": workflow, ...files })).runs.flatMap((run) =>
        run.jobs.flatMap((one) =>
          one.effects.map((effect) => `${effect.happens === true ? "" : "maybe "}${inWords(effect)}`),
        ),
      ),
    ),
  ];
}
const run = (text: string): string => `- run: |\n${text.replace(/^/gm, "    ")}`;
const PUSH = {
  "scripts/push.sh": '#!/usr/bin/env bash\nset -euo pipefail\ndocker push "ghcr.io/octo/$1:${2:-latest}"\n',
};

describe("a script of the repository", () => {
  it("is run with its arguments", async () => {
    expect(await effects([CHECKOUT, run("./scripts/push.sh app ${{ github.sha }}")], PUSH)).toEqual([
      "pushes ghcr.io/octo/app:${{ github.sha }}",
    ]);
    expect(await effects([CHECKOUT, run("bash -eux scripts/push.sh app")], PUSH)).toEqual([
      "pushes ghcr.io/octo/app:latest",
    ]);
    expect(await effects([CHECKOUT, run("cd scripts\nsh push.sh app 1\n")], PUSH)).toEqual([
      "pushes ghcr.io/octo/app:1",
    ]);
    expect(await effects([CHECKOUT, "- run: ./push.sh app 2\n  working-directory: scripts"], PUSH)).toEqual([
      "pushes ghcr.io/octo/app:2",
    ]);
    expect(await effects([CHECKOUT, run("if [ -f x ]; then scripts/push.sh app 3; fi")], PUSH)).toEqual([
      "maybe pushes ghcr.io/octo/app:3",
    ]);
  });

  it("sees what is exported, and nothing else", async () => {
    const script = { "b.sh": 'docker pull "app:$TAG-$STEP-${OTHER:-none}"\n' };
    expect(
      await effects([CHECKOUT, "- run: |\n    export TAG=1\n    OTHER=no ./b.sh\n  env:\n    STEP: x"], script),
    ).toEqual(["takes app:1-x-no (pull)"]);
    expect(await effects([CHECKOUT, "- run: |\n    TAG=1\n    ./b.sh\n  env:\n    STEP: x"], script)).toEqual([
      "takes app:…-x-… (pull)",
      "takes app:…-x-none (pull)",
    ]);
  });

  it("may call another, shift its arguments and hand them all on", async () => {
    const files = {
      "a.sh": 'name=$1\nshift\nbash ./b.sh "$name" "$@"\n',
      "b.sh": 'each() { docker tag "$1" "$2"; }\neach "$1" "$2"\n[ "$#" -gt 5 ] && exit 1\n"$0" again\n',
    };
    expect(await effects([CHECKOUT, run("./a.sh app:1 app:2 x")], files)).toEqual(["names app:1 app:2"]);
  });

  it("builds from where it goes to", async () => {
    const files = { "ci/build.sh": "cd server\ndocker build -t app .\n(cd ../web && docker build -t web .)\n" };
    expect(await effects([CHECKOUT, run("ci/build.sh")], files)).toEqual([
      "builds server/Dockerfile as app, not pushed, by docker build",
      "builds web/Dockerfile as web, not pushed, by docker build",
    ]);
    expect(await effects([CHECKOUT, run('cd "$(dirname "$0")"\ndocker build -t app .')], {})).toEqual([
      "builds … as app, not pushed, by docker build",
    ]);
  });

  it("may be a target of make that is one command of docker", async () => {
    const files = {
      Makefile:
        "image:\n\t@docker build -t app:1 .\n\nall: image\n\tdocker push app:1\n\nvaried:\n\tdocker push $(IMAGE)\n\ntwo:\n\tdocker push app:1\n\tdocker push app:2\n",
    };
    expect(await effects([CHECKOUT, run("make image")], files)).toEqual([
      "builds Dockerfile as app:1, not pushed, by docker build",
    ]);
    expect(await effects([CHECKOUT, run("make all\nmake varied\nmake two\nmake none\nmake -j image")], files)).toEqual(
      [],
    );
  });

  it.each([
    ["without a checkout", [run("./scripts/push.sh app")], PUSH],
    [
      "with another repository checked out",
      ["- uses: actions/checkout@v4\n  with:\n    repository: octo/other", run("./scripts/push.sh app")],
      PUSH,
    ],
    [
      "with another branch checked out",
      ["- uses: actions/checkout@v4\n  with:\n    ref: gh-pages", run("./scripts/push.sh app")],
      PUSH,
    ],
    [
      "with a checkout beside the root",
      ["- uses: actions/checkout@v4\n  with:\n    path: src", run("./scripts/push.sh app")],
      PUSH,
    ],
    ["with a path out of the workspace", [CHECKOUT, run("../scripts/push.sh app\n/scripts/push.sh app")], PUSH],
    [
      "that is another language's",
      [CHECKOUT, run("./tool.sh")],
      { "tool.sh": "#!/usr/bin/env python3\ndocker push app\n" },
    ],
    ["that is code of the command line", [CHECKOUT, run("bash -c scripts/push.sh")], PUSH],
    ["that is too long", [CHECKOUT, run("./long.sh")], { "long.sh": `${"# x\n".repeat(4_000)}docker push app\n` }],
    ["that calls itself", [CHECKOUT, run("./loop.sh")], { "loop.sh": "./loop.sh\n./loop.sh\n" }],
  ])("says nothing %s", async (_, steps, files) => {
    expect(await effects(steps, files as Record<string, string>)).toEqual([]);
  });

  it("is told at the call, with its path", async () => {
    const repository = await repositoryOf({
      ".github/workflows/a.yml": `on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: ./scripts/push.sh app\n`,
      ...PUSH,
    });
    const [effect] = pipelineOf(repository).effects;
    expect(effect?.script?.path).toBe("scripts/push.sh");
    expect(effect?.document.file.text.slice(effect.at.start, effect.at.end)).toBe("./scripts/push.sh app");
  });
});

describe("rules", () => {
  const repository = {
    ".github/workflows/a.yml": `on: push\njobs:\n  image:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: docker build -t ghcr.io/octo/app:\${{ github.sha }} . && docker push ghcr.io/octo/app:\${{ github.sha }}\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: |\n          echo one\n          ./ci/test.sh\n`,
  };

  it("find what scripts do, at the call", async () => {
    const found = await findingsIn(
      { ...repository, "ci/test.sh": "docker build -t app .\ndocker run --rm app make test\n" },
      [ruleNamed("redundant-image-build")],
    );
    expect(inShort(found)).toEqual([
      "14:11 redundant-image-build In ci/test.sh: This builds `Dockerfile` again, which job `image` builds on the same `push`. Pull the image that it pushes, by digest.",
    ]);
  });

  it("say nothing of scripts that do something else", async () => {
    expect(
      await findingsIn({ ...repository, "ci/test.sh": "docker build -t app tools\ndocker run --rm app make test\n" }, [
        ruleNamed("redundant-image-build"),
      ]),
    ).toEqual([]);
  });
});
