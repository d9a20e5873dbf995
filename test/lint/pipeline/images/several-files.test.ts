/** The faults of whole pipelines, each beside the one that looks like it and is none. */
import { describe, expect, it } from "vitest";
import type { Example } from "../../../../src/lint/rule.ts";
import { findingsIn, inShort, placesOf, ruleNamed } from "../../../support/lint.ts";

const found = async (rule: string, example: Example): Promise<string[]> =>
  placesOf(await findingsIn(example, [ruleNamed(rule)])).map((place) =>
    place.replace(".github/workflows/", "").replace(` ${rule}`, ""),
  );
const messages = async (rule: string, example: Example): Promise<string[]> =>
  (await findingsIn(example, [ruleNamed(rule)])).map(({ message }) => message);
const job = (steps: string, keys = ""): string => `    runs-on: ubuntu-latest\n${keys}    steps:\n${steps}`;

const build = (tags: string, on = "  pull_request:\n"): string =>
  `name: Build\non:\n${on}jobs:\n  build:\n${job(`      - uses: docker/build-push-action@v6\n        with:\n          push: true\n          tags: ${tags}\n`)}`;
const after = (script: string, condition = "github.event.workflow_run.conclusion == 'success'"): string =>
  `name: Test\non:\n  workflow_run:\n    workflows: [Build]\n    types: [completed]\njobs:\n  test:\n    if: ${condition}\n${job(`      - run: ${script}\n`)}`;
const both = (producer: string, consumer: string): Example => ({
  ".github/workflows/build.yml": producer,
  ".github/workflows/test.yml": consumer,
});
const SHORT_HEAD = "ghcr.io/octo/app:sha-$(echo ${{ github.event.workflow_run.head_sha }} | cut -c1-7)";

describe("tag-mismatch", () => {
  it("tells the merge commit, other lengths and other prefixes from what is asked for", async () => {
    expect(
      await messages(
        "tag-mismatch",
        both(
          build("ghcr.io/octo/app:sha-${{ github.sha }}"),
          after("docker pull ghcr.io/octo/app:sha-${{ github.event.workflow_run.head_sha }}"),
        ),
      ),
    ).toEqual([expect.stringContaining("GitHub's trial merge commit")]);
    expect(
      await messages(
        "tag-mismatch",
        both(
          build("ghcr.io/octo/app:sha-${{ github.event.pull_request.head.sha }}"),
          after(`docker pull ${SHORT_HEAD}`),
        ),
      ),
    ).toEqual([expect.stringContaining("the one has a longer SHA")]);
    expect(
      await messages(
        "tag-mismatch",
        both(
          build("ghcr.io/octo/app:pr-${{ github.event.pull_request.head.sha }}"),
          after("docker pull ghcr.io/octo/app:sha-${{ github.event.workflow_run.head_sha }}"),
        ),
      ),
    ).toEqual([expect.stringContaining("nothing pushes that tag")]);
    expect(
      await messages(
        "tag-mismatch",
        both(build("ghcr.io/octo/app:edge"), after("docker pull ghcr.io/octo/app:latest")),
      ),
    ).toEqual([expect.stringContaining("nothing pushes that tag")]);
  });

  it("is silent where the tags may meet", async () => {
    const silent = async (producer: string, consumer: string): Promise<void> =>
      expect(await found("tag-mismatch", both(producer, consumer))).toEqual([]);
    await silent(
      build("ghcr.io/octo/app:sha-${{ github.event.pull_request.head.sha }}"),
      after("docker pull ghcr.io/octo/app:sha-${{ github.event.workflow_run.head_sha }}"),
    );
    await silent(
      build("ghcr.io/octo/app:sha-${{ github.sha }}", "  push:\n    branches: [main]\n"),
      after("docker pull ghcr.io/octo/app:sha-${{ github.event.workflow_run.head_sha }}"),
    );
    // The test is only for pushes, where both are the same commit.
    await silent(
      build("ghcr.io/octo/app:sha-${{ github.sha }}", "  push:\n    branches: [main]\n  pull_request:\n"),
      after(
        "docker pull ghcr.io/octo/app:sha-${{ github.event.workflow_run.head_sha }}",
        "github.event.workflow_run.event == 'push'",
      ),
    );
    // What a program works out is not known.
    await silent(
      build("ghcr.io/octo/app:${{ steps.tag.outputs.tag }}"),
      after("docker pull ghcr.io/octo/app:sha-${{ github.event.workflow_run.head_sha }}"),
    );
    await silent(build("ghcr.io/octo/app:sha-${{ github.sha }}"), after('docker pull "ghcr.io/octo/app:$(./tag.sh)"'));
    // Nobody here makes that image.
    await silent(build("ghcr.io/octo/app:sha-${{ github.sha }}"), after("docker pull postgres:17"));
  });

  it("says nothing of one file of many", async () => {
    const { lintRepository } = await import("../../../../src/lint/engine.ts");
    const { repositoryOf } = await import("../../../support/lint.ts");
    const { DEFAULT_SETTINGS } = await import("../../../../src/lint/settings.ts");
    const repository = await repositoryOf(
      both(build("ghcr.io/octo/app:edge"), after("docker pull ghcr.io/octo/app:latest")),
    );
    expect(
      lintRepository({ ...repository, complete: false }, [ruleNamed("tag-mismatch")], {
        ...DEFAULT_SETTINGS,
        preset: "strict",
      }),
    ).toEqual([]);
  });
});

describe("redundant-image-build", () => {
  const local = (script: string, on: string, keys = ""): string =>
    `on:\n${on}jobs:\n  test:\n${keys}${job(`      - uses: actions/checkout@v4\n      - run: ${script}\n`)}`;
  const pair = (script: string, on = "  pull_request:\n", keys = ""): Example =>
    both(build("ghcr.io/octo/app:${{ github.sha }}"), local(script, on, keys));

  it("finds the second build wherever it is", async () => {
    expect(await found("redundant-image-build", pair("docker build -t app ."))).toEqual(["test.yml:8"]);
    expect(
      await found(
        "redundant-image-build",
        pair("docker buildx build --load -t app --build-arg VERSION=dev -f ./Dockerfile ./"),
      ),
    ).toEqual(["test.yml:8"]);
    expect(await found("redundant-image-build", pair("flyctl deploy --remote-only"))).toEqual(["test.yml:8"]);
  });

  it("counts each job of a matrix that deploys without an image", async () => {
    const deploy = (before: string, script: string): string =>
      `on: push\njobs:\n  deploy:\n    strategy:\n      matrix:\n        app: [a, b]\n${job(`      - uses: actions/checkout@v4\n${before}      - run: ${script}\n`)}`;
    expect(await messages("redundant-image-build", deploy("", "flyctl deploy --app ${{ matrix.app }}"))).toEqual([
      expect.stringContaining("Each job of the matrix of `deploy` builds the same image"),
    ]);
    expect(
      await found("redundant-image-build", deploy("", "flyctl deploy --app ${{ matrix.app }} --image app:1")),
    ).toEqual([]);
    expect(
      await found(
        "redundant-image-build",
        deploy("      - run: make ${{ matrix.app }}\n", "flyctl deploy --app ${{ matrix.app }}"),
      ),
    ).toEqual([]);
    expect(
      await found(
        "redundant-image-build",
        deploy("", "flyctl deploy --config ${{ matrix.app }}/fly.toml --dockerfile ${{ matrix.app }}/Dockerfile"),
      ),
    ).toEqual([]);
  });

  it("knows another image, another event and another commit when it sees one", async () => {
    for (const script of [
      "docker build -t app --target test .",
      "docker build -t app -f ci/Dockerfile .",
      "docker build -t app web",
      "docker build -t app --build-arg FLAVOR=slim .",
      "docker build -t app --platform linux/arm64 .",
      "docker build -t app $CONTEXT",
      "flyctl deploy --image ghcr.io/octo/app:1",
      "echo docker build .",
    ])
      expect(await found("redundant-image-build", pair(script)), script).toEqual([]);
    expect(
      await found("redundant-image-build", pair("docker build -t app .", "  schedule:\n    - cron: '0 3 * * *'\n")),
    ).toEqual([]);
    expect(
      await found("redundant-image-build", pair("docker build -t app .", "  push:\n    branches: [main]\n")),
    ).toEqual([]);
    expect(
      await found(
        "redundant-image-build",
        pair("docker build -t app .", "  pull_request:\n", "    if: github.event_name == 'push'\n"),
      ),
    ).toEqual([]);
  });
});

describe("artifact-mismatch", () => {
  const run = (upload: string, download: string, needs = "    needs: build\n", more = ""): string =>
    `on: push\njobs:\n  build:\n${job(`      - uses: actions/upload-artifact@v5\n        with:\n          name: ${upload}\n          path: out\n${more}`)}  test:\n${needs}${job(`      - uses: actions/download-artifact@v5\n        with:\n          name: ${download}\n`)}`;

  it("names the near one, and the missing need", async () => {
    expect(await messages("artifact-mismatch", run("image", "images"))).toEqual([
      "No job of this run uploads an artifact `images`. Did you mean `image`?",
    ]);
    expect(await messages("artifact-mismatch", run("image", "image", ""))).toEqual([
      "`build`, which uploads `image`, may not have finished when this job starts. Add it to `needs`.",
    ]);
  });

  it("is silent where names are worked out or somebody else may upload", async () => {
    expect(await found("artifact-mismatch", run("image", "image"))).toEqual([]);
    expect(await found("artifact-mismatch", run("${{ env.NAME }}", "image"))).toEqual([]);
    expect(await found("artifact-mismatch", run("image-${{ github.sha }}", "image-${{ github.sha }}"))).toEqual([]);
    expect(
      await found(
        "artifact-mismatch",
        run(
          "image",
          "logs",
          "    needs: build\n    if: always()\n",
          "      - if: failure()\n        uses: actions/upload-artifact@v5\n        with:\n          name: logs\n          path: logs\n",
        ),
      ),
    ).toEqual([]);
    expect(
      await found("artifact-mismatch", run("image", "sbom", undefined, "      - uses: anchore/sbom-action@v0\n")),
    ).toEqual([]);
  });
});

describe("image names and tags", () => {
  it("takes no option's value for an image, and no placeholder for a name", async () => {
    const script = (line: string): string => `on: pull_request\njobs:\n  a:\n${job(`      - run: ${line}\n`)}`;
    for (const line of [
      "docker run --domainname CI -e A=B -v C:/d --label X=Y alpine:3 echo HELLO",
      "docker run -itv /A:/a alpine",
      "docker exec Container ls",
      "docker build --build-arg A=B -t app:1.0_RC.1 .",
      "docker pull localhost:5000/app",
      "docker tag $IMAGE $OTHER",
      'docker pull "app:${VERSION//\\//-}"',
    ]) {
      expect(await found("uppercase-image-name", script(line)), line).toEqual([]);
      expect(await found("invalid-tag", script(line)), line).toEqual([]);
    }
    expect(await found("uppercase-image-name", script("docker build -t MyApp ."))).toEqual(["example.yml:6"]);
    expect(await found("invalid-tag", script('docker build -t "app:${{ github.head_ref }}" .'))).toEqual([
      "example.yml:6",
    ]);
  });

  it("points at metadata-action's own line", async () => {
    const text = `on: pull_request\njobs:\n  a:\n${job("      - id: meta\n        uses: docker/metadata-action@v5\n        with:\n          images: octo/app\n          tags: |\n            type=sha\n            type=raw,value=pr-${{ github.ref_name }}\n      - uses: docker/build-push-action@v6\n        with:\n          push: true\n          tags: ${{ steps.meta.outputs.tags }}\n")}`;
    expect(await found("ref-on-pull-request", text)).toEqual(["example.yml:12"]);
    expect(await found("invalid-tag", text)).toEqual([]);
  });
});

describe("late-retag", () => {
  it("finds a pull only to push again, also of what an action has built", async () => {
    const files = (last: string): Example => ({
      ".github/workflows/build.yml": `on:\n  push:\n    branches: [main]\njobs:\n  build:\n${job(`      - uses: actions/checkout@v4\n      - id: image\n        uses: ./.github/actions/image\n        with:\n          tag: main-\${{ github.sha }}\n      - run: |\n          SOURCE="\${{ steps.image.outputs.image }}"\n          docker pull \${SOURCE}\n          docker tag \${SOURCE} registry.fly.io/app:latest\n          ${last}\n`)}`,
      ".github/actions/image/action.yml": `name: Image\ninputs:\n  tag:\n    required: true\noutputs:\n  image:\n    value: \${{ steps.build.outputs.image }}\nruns:\n  using: composite\n  steps:\n    - id: build\n      shell: bash\n      run: |\n        IMAGE="registry.fly.io/app:\${{ inputs.tag }}"\n        docker build -t "$IMAGE" .\n        docker push "$IMAGE"\n        echo "image=$IMAGE" >> "$GITHUB_OUTPUT"\n`,
    });
    expect(await found("late-retag", files("docker push registry.fly.io/app:latest"))).toEqual(["build.yml:15"]);
    expect(await found("late-retag", files("docker run --rm registry.fly.io/app:latest make test"))).toEqual([]);
  });
});

describe("cleanup-before-consumer", () => {
  const files = (choice: string): Example => ({
    ".github/workflows/build.yml": `${build("ghcr.io/octo/staging:${{ github.sha }}", "  push:\n    branches: [main]\n")}  cleanup:\n    needs: build\n    if: always()\n${job(`      - run: |\n          for id in $(gh api --paginate "/users/octo/packages/container/staging/versions" --jq '${choice}'); do\n            gh api -X DELETE "/users/octo/packages/container/staging/versions/$id"\n          done\n`)}`,
    ".github/workflows/test.yml": after("docker pull ghcr.io/octo/staging:${{ github.event.workflow_run.head_sha }}"),
  });

  it("finds a script that deletes everything before the next workflow takes it, not one that chooses", async () => {
    expect(await found("cleanup-before-consumer", files(".[].id"))).toEqual(["build.yml:20"]);
    expect(await found("cleanup-before-consumer", files('.[] | select(.created_at < "2026") | .id'))).toEqual([]);
    expect(await found("cleanup-before-consumer", files(".[20:][].id | tostring # keep 20"))).toEqual([]);
  });
});

describe("what nobody should write", () => {
  it("survives workflows and actions that call themselves, needs in circles and odd names", async () => {
    const example: Example = {
      ".github/workflows/a.yml":
        "on: [push, workflow_call]\njobs:\n  a:\n    needs: b\n    uses: ./.github/workflows/a.yml\n  b:\n    needs: a\n    outputs: {x: '${{ needs.a.outputs.x }}'}\n    uses: ./.github/workflows/b.yml\n  __proto__:\n    runs-on: x\n    steps: [{uses: ./act, with: {__proto__: 1}}]\n",
      ".github/workflows/b.yml":
        "on: {workflow_call: {outputs: {x: {value: '${{ jobs.c.outputs.x }}'}}}, workflow_run: {workflows: [b], types: 1}}\nname: b\njobs:\n  c:\n    uses: ./.github/workflows/a.yml\n  d: []\n",
      "act/action.yml":
        "runs: {using: composite, steps: [{uses: ./act}, {uses: ./act}, {run: 'docker pull ${{ inputs.constructor }}'}]}\n",
    };
    expect(
      inShort(
        await findingsIn(
          example,
          [
            "tag-mismatch",
            "redundant-image-build",
            "artifact-mismatch",
            "cleanup-before-consumer",
            "unused-image-input",
          ].map(ruleNamed),
        ),
      ),
    ).toEqual([]);
  });
});

describe("late-retag", () => {
  const bake = (id: string, tag: string): string =>
    `  ${id}:\n${job(`      - uses: docker/bake-action@v6\n        env:\n          TAG: ${tag}\n        with:\n          files: deployment/docker-bake.hcl\n          push: true\n`)}`;
  const retag = `  retag:\n    needs: [one, two]\n${job("      - run: docker buildx imagetools create --tag ghcr.io/octo/app:${{ github.sha }} ghcr.io/octo/app:build-${{ github.run_id }}\n")}`;

  it("names the job that hands the tag to its bake file, and none where no job does", async () => {
    const of = (second: string): string =>
      `on: push\njobs:\n${bake("one", "test-${{ github.run_id }}")}${bake("two", second)}${retag}`;
    expect(await messages("late-retag", of("build-${{ github.run_id }}"))).toEqual([
      expect.stringContaining("that `two` has built"),
    ]);
    expect(await messages("late-retag", of("$(./tag.sh)"))).toEqual([
      expect.stringContaining("that an earlier job has built"),
    ]);
  });
});
