/** Sections 4.1, 6.2, 10.2 and 11 of Charon's plan: how the image is built, pushed and scanned. */
import { type Emission, stepsOf } from "../../support/emission.ts";
import { holdsValue, input, onOf, same, script, variable } from "../../support/questions.ts";
import { all, always, beyond, broken, deleted, fromConfig, type Requirement, set } from "../../support/requirement.ts";
import { BUILD, IMAGE } from "../charon-files.ts";

const push = (files: Emission, attempt: number, name: string) =>
  input(files, BUILD, "build-charon", `Push (attempt ${attempt})`, name);
const scans = ["Scan the published image", "Scan the saved image"];
const scan = (files: Emission, name: string) => scans.map((step) => input(files, BUILD, "scan-charon", step, name));

export const buildRows: Requirement[] = [
  fromConfig("4.1", "Pull requests into main and development are built, and their images pushed.", {
    line: set("pullRequests", "artifact"),
    output:
      "docker-build.yml: `on.pull_request`; job `plan`, `PULL_REQUESTS`; job `build-charon`, step `Push (attempt 1)`",
    holds: (files) =>
      same(onOf(files, BUILD, "pull_request.branches"), ["main", "development"]) &&
      same(push(files, 1, "push"), true) &&
      variable(files, BUILD, "plan", "Decide what to build", "PULL_REQUESTS") === "push",
    proof: "test/execution/pipeline/pull-request.test.ts",
  }),
  always("4.1, 6.2", "A pull request's build logs in to the registry too.", {
    output: "docker-build.yml: job `build-charon`, step `Log in to ghcr.io`, without a condition",
    holds: (files) => {
      const login = files.step(BUILD, "build-charon", "Log in to ghcr.io");
      return login !== undefined && login.if === undefined;
    },
    breaks: broken(
      BUILD,
      /- name: Log in to ghcr\.io\n(?! +id: [^\n]*\n +if:| +if:)/,
      "- name: Log in to ghcr.io\n        if: github.event_name == 'push'\n",
    ),
  }),
  always("4.1, 6.1", "The build's token may push images.", {
    output: "docker-build.yml: job `build-charon`, `permissions`",
    holds: (files) => same(files.job(BUILD, "build-charon")?.permissions, { contents: "read", packages: "write" }),
    breaks: broken(BUILD, "packages: write", "packages: read"),
    proof: "test/execution/pipeline/world.test.ts",
  }),
  fromConfig("4.1", "Pull requests are built for amd64 only.", {
    line: deleted("builds.charon.platforms.pullRequest"),
    output: "docker-build.yml: job `plan`, `PLATFORMS.pullRequest`",
    holds: (files) =>
      same(files.setting(BUILD, "PLATFORMS", "pullRequest.0.platforms"), "linux/amd64") &&
      files.setting(BUILD, "PLATFORMS", "pullRequest.1") === undefined,
    proof: "test/execution/pipeline/pull-request.test.ts",
  }),
  fromConfig(
    "1.2, 4.1",
    "A feature branch's push is built for the same platform as its pull request, so the two share one build.",
    {
      line: deleted("builds.charon.platforms.feature"),
      output: "docker-build.yml: job `plan`, `PLATFORMS.feature`",
      holds: (files) =>
        same(
          files.setting(BUILD, "PLATFORMS", "feature") ?? null,
          files.setting(BUILD, "PLATFORMS", "pullRequest") ?? "none",
        ),
      proof: "test/execution/pipeline/pull-request.test.ts",
    },
  ),
  fromConfig("4.1", "Pushes to main are built.", {
    line: all("branches.main", [set("branches.main", "trunk"), deleted("channels.main")]),
    output: "docker-build.yml: `on.push.branches`",
    holds: (files) => holdsValue(onOf(files, BUILD, "push.branches"), "main"),
  }),
  fromConfig("4.1", "The image is made from the whole repository.", {
    line: set("builds.charon.context", "backend"),
    output: "docker-build.yml: job `build-charon`, `context`",
    holds: (files) =>
      input(files, BUILD, "build-charon", "Build", "context") === "." && push(files, 1, "context") === ".",
  }),
  ...(["VERSION", "VCS_REF", "BUILD_DATE"] as const).map((name) =>
    fromConfig("Summary", `What worked before still does: the Dockerfile's argument \`${name}\`.`, {
      line: deleted(`builds.charon.args.${name}`),
      output: "docker-build.yml: job `build-charon`, `build-args`",
      holds: (files) => String(push(files, 1, "build-args")).includes(`${name}=\${{ needs.plan.outputs.`),
    }),
  ),
  fromConfig("Summary", "What worked before still does: main's images carry a bill of materials.", {
    line: set("builds.charon.sbom", false),
    output: "docker-build.yml: job `build-charon`, `sbom` of each push",
    holds: (files) => String(push(files, 1, "sbom")).endsWith("|| 'true' }}"),
  }),
  fromConfig("Summary, 2.1", "What worked before still does: they carry their provenance, for forensic analysis.", {
    line: set("builds.charon.provenance", false),
    output: "docker-build.yml: job `build-charon`, `provenance` of each push",
    holds: (files) => String(push(files, 1, "provenance")).endsWith("|| 'mode=max' }}"),
  }),
  fromConfig("Summary", "What worked before still does: their provenance is signed.", {
    line: deleted("builds.charon.attest"),
    output: "docker-build.yml: job `attest-charon`",
    holds: (files) => files.step(BUILD, "attest-charon", "Attest the provenance") !== undefined,
  }),
  always("7.1, 7.5, 10.1", "A push that fails is tried three times, without building again.", {
    output: "docker-build.yml: job `build-charon`, steps `Push (attempt 1)` to `(attempt 3)`",
    holds: (files) =>
      same(push(files, 3, "push"), true) &&
      files.step(BUILD, "build-charon", "Push (attempt 3)")?.if === "steps.push-2.outcome == 'failure'",
    breaks: broken(BUILD, "if: steps.push-2.outcome == 'failure'", "if: always()"),
    proof: "test/execution/pipeline/failures.test.ts",
  }),
  always("7.5", "When the push fails for good, a pull request goes on with the artifact; main fails and says why.", {
    output: "docker-build.yml: job `build-charon`, step `See whether the push succeeded`",
    holds: (files) =>
      script(files, BUILD, "build-charon", "See whether the push succeeded").includes(
        "pullRequest | feature | queue)",
      ) && script(files, BUILD, "build-charon", "See whether the push succeeded").includes("githubstatus.com"),
    breaks: broken(BUILD, "pullRequest | feature | queue)", "none)"),
    proof: "test/execution/pipeline/failures.test.ts",
  }),
  always(
    "6.2, 7.2, 13.8",
    "The image carries the commit as the label `org.opencontainers.image.revision`: a pull request's head, not its merge commit.",
    {
      output: "docker-build.yml: job `build-charon`, `labels` of every build step; job `plan`, `HEAD_SHA`",
      holds: (files) =>
        [1, 2, 3].every((attempt) =>
          String(push(files, attempt, "labels")).includes(
            "org.opencontainers.image.revision=${{ needs.plan.outputs.sha }}",
          ),
        ) &&
        String(variable(files, BUILD, "plan", "Decide what to build", "HEAD_SHA")).startsWith(
          "${{ github.event.pull_request.head.sha ||",
        ),
      breaks: broken(BUILD, "revision=${{ needs.plan.outputs.sha }}", "revision=${{ github.sha }}"),
      proof: "test/execution/pipeline/pull-request.test.ts",
    },
  ),
  always("10.5", "The build hands on tag, digest and commit as outputs, not as text in a log.", {
    output: "docker-build.yml: job `plan` and job `publish-charon`, `outputs`; artifact `build-record`",
    holds: (files) =>
      same(files.job(BUILD, "publish-charon")?.outputs["digest"], "${{ steps.publish.outputs.digest }}") &&
      same(files.job(BUILD, "plan")?.outputs["tag"], "${{ steps.plan.outputs.tag }}"),
    breaks: broken(BUILD, "digest: ${{ steps.publish.outputs.digest }}", "digest: unknown"),
  }),
  fromConfig("10.1", "The build job ends after 30 minutes.", {
    line: set("builds.charon.timeout", "45m"),
    output: "docker-build.yml: job `build-charon`, `timeout-minutes`",
    holds: (files) => files.job(BUILD, "build-charon")?.timeoutMinutes === 30,
  }),
  fromConfig("6.2, 8.2, 10.2, 13.7, 16", "Every image is scanned, those of pull requests included.", {
    line: set("builds.charon.scan", false),
    output: "docker-build.yml: job `scan-charon`, without a condition on the event; `Build ready` needs it",
    holds: (files) => {
      const job = files.job(BUILD, "scan-charon");
      return (
        job !== undefined &&
        !String(job.if).includes("class") &&
        !String(job.if).includes("event") &&
        files.job(BUILD, "ready")?.needs.includes("scan-charon") === true
      );
    },
    proof: "test/execution/pipeline/failures.test.ts",
  }),
  fromConfig("6.2, 10.2, 13.7", "Findings of severity CRITICAL and HIGH count.", {
    line: set("builds.charon.scan.severities", ["CRITICAL"]),
    output: "docker-build.yml: job `scan-charon`, `severity`",
    holds: (files) =>
      scan(files, "severity").every((value) => value === "CRITICAL,HIGH") &&
      scan(files, "limit-severities-for-sarif").every((value) => value === true),
  }),
  fromConfig("6.2, 8.2, 10.2, 13.7", "They block the pull request.", {
    line: set("builds.charon.scan.block", false),
    output: "docker-build.yml: job `scan-charon`, `exit-code`",
    holds: (files) => scan(files, "exit-code").every((value) => value === "1"),
    proof: "test/execution/pipeline/failures.test.ts",
  }),
  fromConfig("6.2", "The scan's findings are SARIF, and somebody reads them: they go to code scanning.", {
    line: set("builds.charon.scan.sarif", false),
    output: "docker-build.yml: job `scan-charon`, step `Report to code scanning`",
    holds: (files) =>
      scan(files, "format").every((value) => value === "sarif") &&
      same(input(files, BUILD, "scan-charon", "Report to code scanning", "sarif_file"), "trivy-charon.sarif"),
  }),
  always("6.2", "What is scanned is the very digest that was built.", {
    output: "docker-build.yml: job `scan-charon`, `image-ref`",
    holds: (files) =>
      same(
        input(files, BUILD, "scan-charon", "Scan the published image", "image-ref"),
        `${IMAGE}@\${{ needs.publish-charon.outputs.digest }}`,
      ),
    breaks: broken(BUILD, "charon@${{ needs.publish-charon.outputs.digest }}", "charon:latest"),
  }),
  always("6.2, 10.1", "The scan has a limit of ten minutes.", {
    output: "docker-build.yml: job `scan-charon`, step `Scan the published image`",
    holds: (files) => scans.every((step) => files.step(BUILD, "scan-charon", step)?.timeoutMinutes === 10),
    breaks: broken(BUILD, /timeout-minutes: 10$/, "timeout-minutes: 360"),
  }),
  beyond(
    "6.2",
    "The images of pull requests are public.",
    "The package's own setting in GitHub. The pipeline logs in before it pulls, so it works with private packages too.",
  ),
  fromConfig("4.1, 7.1", "A fork's pull request is built and tested without a token that can push.", {
    line: set("forks", "build"),
    output: "every consumer: job `resolve`, `FORKS`; docker-build.yml: job `plan` decides `push`",
    holds: (files) =>
      variable(files, "e2e-tests", "resolve", "Resolve the image", "FORKS") === "test" &&
      script(files, BUILD, "plan", "Decide what to build").includes('[[ "${HEAD_REPOSITORY:-}" != "$REPOSITORY" ]]'),
    proof: "test/execution/pipeline/pull-request.test.ts",
  }),
  fromConfig("10, 11.1", "The platforms are built in parallel, each on a runner of its own kind.", {
    line: set("builds.charon.multiPlatform", "emulated"),
    output: "docker-build.yml: job `plan`, `PLATFORMS`; job `build-charon`, its matrix and `runs-on`",
    holds: (files) =>
      same(files.setting(BUILD, "PLATFORMS", "main.0.runner"), "ubuntu-24.04") &&
      same(files.setting(BUILD, "PLATFORMS", "main.1.runner"), "ubuntu-24.04-arm") &&
      files.job(BUILD, "build-charon")?.runsOn === "${{ matrix.runner }}",
  }),
  always("11.1", "What the platforms' jobs pushed is merged into one manifest.", {
    output: "docker-build.yml: job `publish-charon`, `ENTRIES` and `STAGING`",
    holds: (files) =>
      variable(files, BUILD, "publish-charon", "Publish the image", "ENTRIES") ===
        "${{ needs.plan.outputs.charon-matrix }}" &&
      /docker buildx imagetools create/.test(script(files, BUILD, "publish-charon", "Publish the image")),
    breaks: broken(BUILD, "docker buildx imagetools create", "docker push"),
    proof: "test/execution/reuse.test.ts",
  }),
  fromConfig("10, 11.2", "Layers are cached between builds.", {
    line: set("builds.charon.cache", false),
    output: "docker-build.yml: job `build-charon`, step `Build`, `cache-from` and `cache-to`",
    holds: (files) =>
      same(input(files, BUILD, "build-charon", "Build", "cache-from"), "type=gha,scope=charon-${{ matrix.name }}") &&
      String(input(files, BUILD, "build-charon", "Build", "cache-to")).includes("mode=max"),
  }),
  fromConfig("10, 11.2", "An option for later: the cache lies in the registry, written by pushes only.", {
    given: set("builds.charon.cache", "registry"),
    line: set("builds.charon.cache", "gha"),
    output: "docker-build.yml: job `build-charon`, step `Build`",
    holds: (files) => {
      const to = String(input(files, BUILD, "build-charon", "Build", "cache-to"));
      return to.includes(`type=registry,ref=${IMAGE}:buildcache-`) && to.includes("== 'main'");
    },
  }),
  fromConfig("11.2", "The cleanup leaves that cache alone.", {
    line: deleted("retention.protect"),
    output: "plan.json: `retention.protect`",
    holds: (files) => holdsValue(files.plan("retention.protect"), "buildcache.*"),
  }),
  fromConfig("11.4", "A commit that changes nothing of the image reuses the newest one.", {
    line: deleted("builds.charon.inputs"),
    output: "docker-build.yml: job `plan`, step `Look for an image of unchanged charon`; job `build-charon`, `if`",
    holds: (files) =>
      files.step(BUILD, "plan", "Look for an image of unchanged charon") !== undefined &&
      files.job(BUILD, "build-charon")?.if === "needs.plan.outputs.charon-digest == ''",
    proof: "test/execution/reuse.test.ts",
  }),
  beyond(
    "11.4",
    "Research whether Charon's image can share layers.",
    "Charon's Dockerfile. The pipeline reuses a whole image where its declared inputs did not change.",
  ),
  always("11.1, 11.3", "No job of the build waits for another without a reason.", {
    output: "docker-build.yml: `needs` of every job",
    holds: (files) => same([...(files.job(BUILD, "build-charon")?.needs ?? ["none"])], ["plan"]),
    breaks: broken(
      BUILD,
      /^ {2}build-charon:\n {4}name: (.*)\n {4}needs:$/,
      "  build-charon:\n    name: $1\n    needs:\n      - notify",
    ),
  }),
  always("10.2", "Every action is pinned to a commit.", {
    output: "every file: `uses`",
    holds: (files) => stepsOf(files).every((step) => step.uses === undefined || /@[0-9a-f]{40}$/.test(step.uses)),
    breaks: broken("e2e-tests", /actions\/checkout@[0-9a-f]{40}/, "actions/checkout@main"),
    proof: "test/oracles/oracles.test.ts",
  }),
  always("10.2, 10.4", "The version stands beside the pin.", {
    output: "every file: the comment behind `uses`",
    holds: (files) =>
      [...files.texts].every(
        ([file, text]) =>
          file.endsWith(".md") ||
          [...text.matchAll(/uses: \S+@[0-9a-f]{40}(.*)$/gm)].every(([, rest]) => /^ # v\d/.test(rest ?? "")),
      ),
    breaks: broken("e2e-tests", / # v[0-9.]+$/, ""),
  }),
];
