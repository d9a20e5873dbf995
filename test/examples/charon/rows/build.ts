/** Sections 4.1, 6.2, 10.2 and 11 of Charon's plan: how the image is built, pushed and scanned. */
import type { StepDefinition } from "../../../player/workflow-file.ts";
import { type Emission, stepsOf } from "../../support/emission.ts";
import { holdsValue, input, onOf, same, script } from "../../support/questions.ts";
import { all, always, beyond, broken, deleted, fromConfig, type Requirement, set } from "../../support/requirement.ts";
import { BUILD, BUILDS, CONSUMERS, IMAGE, planned } from "../charon-files.ts";

const JOB = "build-charon";
const PUBLISH = "publish-charon";
const step = (files: Emission, name: string) => files.step(BUILDS, JOB, name);
const planScript = (files: Emission): string => script(files, BUILDS, JOB, "Decide what to build");
const prepareScript = (files: Emission): string => script(files, BUILDS, JOB, "Look for an image");
const pushScript = (files: Emission): string => script(files, BUILDS, JOB, "Push");
const image = (files: Emission, path: string) => files.plan(`builds.charon.${path}`);
const SCANNER = "aquasecurity/trivy-action@";
/** Whatever is scanned: by the job that builds one platform alone, or each platform by the one that merges them. */
const scans = (files: Emission): StepDefinition[] =>
  [JOB, PUBLISH].flatMap((job) => files.job(BUILDS, job)?.steps ?? []).filter(({ uses }) => uses?.startsWith(SCANNER));
/** Whether there are the three scans, and all of them are so. */
const everyScan = (files: Emission, holds: (scan: StepDefinition) => boolean): boolean =>
  scans(files).length === 3 && scans(files).every(holds);

export const buildRows: Requirement[] = [
  fromConfig("4.1", "Pull requests into main and development are built, and their images pushed.", {
    line: set("pullRequests", "artifact"),
    output:
      "docker-build.yml: `on.pull_request`; plan.json: `pullRequests`; builds.yml: job `build-charon`, step `Push`",
    holds: (files) =>
      same(onOf(files, BUILD, "pull_request.branches"), ["main", "development"]) &&
      files.job(BUILD, "build")?.call?.path === ".github/workflows/builds.yml" &&
      step(files, "Push")?.with["to"] === "push" &&
      step(files, "Push")?.if === "steps.image.outputs.push == 'true'" &&
      files.plan("pullRequests") === "push",
    proof: "test/execution/pipeline/pull-request.test.ts",
  }),
  always("4.1, 6.2", "A pull request's build logs in to the registry too.", {
    output: "builds.yml: job `build-charon`, step `Log in to ghcr.io`, without a condition",
    holds: (files) => {
      const login = step(files, "Log in to ghcr.io");
      return login !== undefined && login.if === undefined;
    },
    breaks: broken(
      BUILDS,
      /- name: Log in to ghcr\.io$/,
      "- name: Log in to ghcr.io\n        if: github.event_name == 'push'",
    ),
    proof: "test/execution/log-in.test.ts",
  }),
  always("4.1, 6.1", "The build's token may push images.", {
    output: "docker-build.yml: job `build`, `permissions`; builds.yml: job `build-charon`, `permissions`",
    holds: (files) =>
      same(files.job(BUILDS, JOB)?.permissions, {
        contents: "read",
        actions: "read",
        "security-events": "write",
        packages: "write",
      }) && JSON.stringify(files.job(BUILD, "build")?.permissions).includes('"packages":"write"'),
    breaks: broken(BUILD, "packages: write", "packages: read"),
    proof: "test/execution/pipeline/world.test.ts",
  }),
  fromConfig("4.1", "Pull requests are built for amd64 only.", {
    line: deleted("builds.charon.platforms.pullRequest"),
    output: "plan.json: `builds.charon.entries.pullRequest`",
    holds: (files) =>
      same(image(files, "entries.pullRequest.0.platforms"), ["linux/amd64"]) &&
      image(files, "entries.pullRequest.1") === undefined,
    proof: "test/execution/pipeline/pull-request.test.ts",
  }),
  fromConfig(
    "1.2, 4.1",
    "A feature branch's push is built for the same platform as its pull request, so the two share one build.",
    {
      line: deleted("builds.charon.platforms.feature"),
      output: "plan.json: `builds.charon.entries.feature`",
      holds: (files) => same(image(files, "entries.feature") ?? null, image(files, "entries.pullRequest") ?? "none"),
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
    output: "plan.json: `builds.charon.context`, which prepare-build writes into the bake file",
    holds: (files) => image(files, "context") === "." && prepareScript(files).includes("...sourceOf(build)"),
    proof: "test/execution/reuse.test.ts",
  }),
  ...(["VERSION", "VCS_REF", "BUILD_DATE"] as const).map((name) =>
    fromConfig("Summary", `What worked before still does: the Dockerfile's argument \`${name}\`.`, {
      line: deleted(`builds.charon.args.${name}`),
      output: "plan.json: `builds.charon.args`, which prepare-build fills in",
      holds: (files) =>
        /^\{(version|commit|created)\}$/.test(String(image(files, `args.${name}`))) &&
        prepareScript(files).includes("args: filledAll(build.args, { version, commit, created })"),
      proof: "test/execution/reuse.test.ts",
    }),
  ),
  fromConfig("Summary", "What worked before still does: main's images carry a bill of materials.", {
    line: set("builds.charon.sbom", false),
    output: "plan.json: `builds.charon.sbom`; .github/pipewright/lib/bake.mjs, function `attestations`",
    holds: (files) =>
      image(files, "sbom") === true &&
      prepareScript(files).includes('sbom ? "type=sbom"') &&
      prepareScript(files).includes("run.attested && { attest: attestations(build) }"),
    proof: "test/execution/reuse.test.ts",
  }),
  fromConfig("Summary, 2.1", "What worked before still does: they carry their provenance, for forensic analysis.", {
    line: set("builds.charon.provenance", false),
    output: "plan.json: `builds.charon.provenance`; .github/pipewright/lib/bake.mjs, function `attestations`",
    holds: (files) =>
      image(files, "provenance") === "max" &&
      prepareScript(files).includes("provenance ? `type=provenance,mode=${provenance}`") &&
      prepareScript(files).includes("run.attested && { attest: attestations(build) }"),
    proof: "test/execution/reuse.test.ts",
  }),
  fromConfig("Summary", "What worked before still does: their provenance is signed.", {
    line: deleted("builds.charon.attest"),
    output: "builds.yml: job `attest-charon`",
    holds: (files) => files.step(BUILDS, "attest-charon", "Attest the provenance") !== undefined,
  }),
  always("7.1, 7.5, 10.1", "A push that fails is tried three times, without building again.", {
    output: "builds.yml: job `build-charon`, steps `Build` and `Push`; .github/pipewright/export-image",
    holds: (files) =>
      step(files, "Build")?.with["targets"] === "pipewright-layers" &&
      pushScript(files).includes("const ATTEMPTS = 3;") &&
      pushScript(files).includes("retry(ATTEMPTS, DELAY_SECONDS, "),
    breaks: broken("programs/export-image", "const ATTEMPTS = 3;", "const ATTEMPTS = 1;"),
    proof: "test/execution/export-image.test.ts",
  }),
  always("7.5", "When the push fails for good, a pull request goes on with the artifact; main fails and says why.", {
    output: "builds.yml: job `build-charon`, step `Push`; .github/pipewright/export-image, function `report`",
    holds: (files) =>
      pushScript(files).includes("if (!isPromoted(kind) && build?.fallback) {") &&
      pushScript(files).includes('isPromoted = (kind) => !["pullRequest", "feature", "queue"].includes(kind);') &&
      pushScript(files).includes("githubstatus.com") &&
      step(files, "Push")?.with["class"] === "${{ steps.plan.outputs.class }}",
    breaks: broken("lib/untested.mjs", '["pullRequest", "feature", "queue"]', "[]"),
    proof: "test/execution/pipeline/failures.test.ts",
  }),
  always(
    "6.2, 7.2, 13.8",
    "The image carries the commit as the label `org.opencontainers.image.revision`: a pull request's head, not its merge commit.",
    {
      output:
        ".github/pipewright/lib/bake.mjs, the labels of every target; .github/pipewright/lib/event.mjs, `headOf`, called by plan-build",
      holds: (files) =>
        prepareScript(files).includes('"org.opencontainers.image.revision": commit,') &&
        prepareScript(files).includes("commit: run.sha,") &&
        files.text("programs/plan-build").includes("const sha = headOf(event);") &&
        planScript(files).includes("export const headOf = (event) =>\n  event.pull_request?.head?.sha ?? ") &&
        step(files, "Look for an image")?.with["plan"] === "${{ steps.plan.outputs.plan }}",
      breaks: broken("lib/event.mjs", "event.pull_request?.head?.sha ?? "),
      proof: "test/execution/pipeline/pull-request.test.ts",
    },
  ),
  always("10.5", "The build hands on tag, digest and commit as outputs, not as text in a log.", {
    output: "builds.yml: `on.workflow_call.outputs`, and `outputs` of its jobs; artifact `build-record`",
    holds: (files) =>
      same(files.job(BUILDS, PUBLISH)?.outputs["digest"], "${{ steps.publish.outputs.digest }}") &&
      ["tag", "sha"].every(
        (name) =>
          same(files.job(BUILDS, JOB)?.outputs[name], `\${{ steps.plan.outputs.${name} }}`) &&
          same(onOf(files, BUILDS, `workflow_call.outputs.${name}.value`), `\${{ jobs.${JOB}.outputs.${name} }}`),
      ) &&
      onOf(files, BUILDS, "workflow_call.outputs.charon-images.value") !== undefined &&
      [JOB, PUBLISH].every((job) => input(files, BUILDS, job, "Upload the record", "name") === "build-record"),
    breaks: broken(BUILDS, "digest: ${{ steps.publish.outputs.digest }}", "digest: unknown"),
    proof: "test/execution/publish-image.test.ts",
  }),
  fromConfig("10.1", "The build ends after 30 minutes; the job, which scans the image too, ten minutes later.", {
    line: set("builds.charon.timeout", "45m"),
    output: "builds.yml: job `build-charon`, its `timeout-minutes` and the step `Build`",
    holds: (files) => step(files, "Build")?.timeoutMinutes === 30 && files.job(BUILDS, JOB)?.timeoutMinutes === 40,
  }),
  fromConfig("6.2, 8.2, 10.2, 13.7, 16", "Every image is scanned, those of pull requests included.", {
    line: set("builds.charon.scan", false),
    output:
      "builds.yml: job `build-charon`, step `Scan charon`; job `publish-charon`, a scan of each platform: no condition on the event, and no record without them",
    holds: (files) =>
      everyScan(
        files,
        (scan) =>
          !/class|event|ref/.test(String(scan.if)) &&
          scan.continueOnError === false &&
          scan.name?.startsWith("Scan") === true,
      ) &&
      prepareScript(files).includes('output("scan", alone || (!run.push && saved.length > 0));') &&
      [JOB, PUBLISH].every((job) => {
        const names = files.job(BUILDS, job)?.steps.map(({ name }) => name ?? "") ?? [];
        return names.findLastIndex((name) => name.startsWith("Scan")) < names.indexOf("Record what was built");
      }),
    proof: "test/execution/pipeline/failures.test.ts",
  }),
  fromConfig("6.2, 10.2, 13.7", "Findings of severity CRITICAL and HIGH count.", {
    line: set("builds.charon.scan.severities", ["CRITICAL"]),
    output: "builds.yml: every scan, `severity`",
    holds: (files) =>
      everyScan(
        files,
        (scan) => scan.with["severity"] === "CRITICAL,HIGH" && scan.with["limit-severities-for-sarif"] === true,
      ),
  }),
  fromConfig("6.2, 8.2, 10.2, 13.7", "They block the pull request.", {
    line: set("builds.charon.scan.block", false),
    output: "builds.yml: every scan, `exit-code`",
    holds: (files) => everyScan(files, (scan) => scan.with["exit-code"] === "1"),
    proof: "test/execution/pipeline/failures.test.ts",
  }),
  fromConfig("6.2", "The scan's findings are SARIF, and somebody reads them: they go to code scanning.", {
    line: set("builds.charon.scan.sarif", false),
    output: "builds.yml: every scan, and the step `Report charon to code scanning` after it",
    holds: (files) => {
      const reports = [JOB, PUBLISH]
        .flatMap((job) => files.job(BUILDS, job)?.steps ?? [])
        .filter(({ uses }) => uses?.startsWith("github/codeql-action/upload-sarif@"));
      return (
        everyScan(files, (scan) => scan.with["format"] === "sarif") &&
        same(
          reports.map((report) => report.with["sarif_file"] ?? null),
          scans(files).map((scan) => scan.with["output"] ?? null),
        )
      );
    },
  }),
  always("6.2", "What is scanned is the very digest that was built.", {
    output: "builds.yml: every scan, `image-ref`",
    holds: (files) =>
      everyScan(files, (scan) =>
        [
          `${IMAGE}@\${{ steps.publish.outputs.digest }}`,
          `\${{ steps.publish.outputs.digest && format('${IMAGE}@{0}', steps.publish.outputs.digest) || '' }}`,
        ].includes(String(scan.with["image-ref"])),
      ),
    breaks: broken(BUILDS, "charon@${{ steps.publish.outputs.digest }}", "charon:latest"),
    proof: "test/execution/pipeline/failures.test.ts",
  }),
  always("6.2, 10.1", "The scan has a limit of ten minutes.", {
    output: "builds.yml: every scan, `timeout-minutes`",
    holds: (files) => everyScan(files, (scan) => scan.timeoutMinutes === 10),
    breaks: broken(BUILDS, /timeout-minutes: 10$/, "timeout-minutes: 360"),
  }),
  beyond(
    "6.2",
    "The images of pull requests are public.",
    "The package's own setting in GitHub. The pipeline logs in before it pulls, so it works with private packages too.",
  ),
  fromConfig("4.1, 7.1", "A fork's pull request is built and tested without a token that can push.", {
    line: set("forks", "build"),
    output: "plan.json: `forks`, and `forks` of each consumer; .github/pipewright/plan-build, `push`",
    holds: (files) =>
      files.plan("forks") === "test" &&
      CONSUMERS.every((key) => planned(files, key, "forks") === true) &&
      planScript(files).includes("if (headRepository !== repository) return { ...pull, push: false,"),
    proof: "test/execution/pipeline/pull-request.test.ts",
  }),
  fromConfig("10, 11.1", "The platforms are built in parallel, each on a runner of its own kind.", {
    line: set("builds.charon.multiPlatform", "emulated"),
    output: "plan.json: `builds.charon.entries`; builds.yml: job `build-charon`, its matrix and `runs-on`",
    holds: (files) =>
      same(image(files, "entries.main.0.runner"), "ubuntu-24.04") &&
      same(image(files, "entries.main.1.runner"), "ubuntu-24.04-arm") &&
      String(files.job(BUILDS, JOB)?.runsOn).includes("matrix.platform == 'arm64' && 'ubuntu-24.04-arm'"),
  }),
  always("11.1", "What the platforms' jobs pushed is merged into one manifest.", {
    output: "builds.yml: job `publish-charon`; .github/pipewright/publish-image, function `builtDigest`",
    holds: (files) => {
      const program = script(files, BUILDS, PUBLISH, "Publish the image");
      return (
        program.includes("for (const { name } of entries[run.class])") &&
        program.includes("[...digests].map((digest) => `${image}@${digest}`)") &&
        /"imagetools",\s+"create",/.test(program)
      );
    },
    breaks: broken("lib/images.mjs", /^ +"create",$/, '      "inspect",'),
    proof: "test/execution/publish-image.test.ts",
  }),
  fromConfig("10, 11.2", "Layers are cached between builds.", {
    line: set("builds.charon.cache", false),
    output: "plan.json: `builds.charon.cache`; .github/pipewright/lib/bake.mjs, `cacheSources` and `cacheTargets`",
    holds: (files) =>
      image(files, "cache") === "gha" &&
      prepareScript(files).includes("`type=gha,scope=${build.cacheScope}-${entry}`") &&
      prepareScript(files).includes("`type=gha,scope=${build.cacheScope}-${entry},mode=max,"),
    proof: "test/execution/reuse.test.ts",
  }),
  fromConfig("10, 11.2", "An option for later: the cache lies in the registry, written by pushes only.", {
    given: set("builds.charon.cache", "registry"),
    line: set("builds.charon.cache", "gha"),
    output: "plan.json: `builds.charon.cache`; .github/pipewright/prepare-build, `writesCache`",
    holds: (files) =>
      image(files, "cache") === "registry" &&
      prepareScript(files).includes("const layersTag = (entry, branch) => `buildcache-${entry}-${branch}`;") &&
      prepareScript(files).includes("`type=registry,ref=${reference},mode=max,") &&
      prepareScript(files).includes("if (!inRegistry(build) || !writesCache(build)) return [];") &&
      prepareScript(files).includes(
        '["main", "integration", "feature"].includes(run.class) ||\n  (cache === "registry-per-branch"',
      ),
    proof: "test/execution/reuse.test.ts",
  }),
  fromConfig("11.2", "The cleanup leaves that cache alone.", {
    line: deleted("retention.protect"),
    output: "plan.json: `retention.protect`",
    holds: (files) => holdsValue(files.plan("retention.protect"), "buildcache.*"),
  }),
  fromConfig("11.4", "A commit that changes nothing of the image reuses the newest one.", {
    line: deleted("builds.charon.inputs"),
    output: "plan.json: `builds.charon.inputs`; builds.yml: job `build-charon`, steps `Look for an image` and `Build`",
    holds: (files) =>
      same(image(files, "inputs") ?? null, ["Dockerfile", ".dockerignore", "backend/**", "frontend/**"]) &&
      prepareScript(files).includes("const found = await findUnchanged({") &&
      step(files, "Build")?.if === "steps.image.outputs.missing == 'true'",
    proof: "test/execution/reuse.test.ts",
  }),
  beyond(
    "11.4",
    "Research whether Charon's image can share layers.",
    "Charon's Dockerfile. The pipeline reuses a whole image where its declared inputs did not change.",
  ),
  always("11.1, 11.3", "No job of the build waits for another without a reason.", {
    output: "builds.yml: `needs` of every job",
    holds: (files) =>
      same(Object.fromEntries([...(files.workflow(BUILDS)?.jobs ?? [])].map(([id, { needs }]) => [id, [...needs]])), {
        [JOB]: [],
        [PUBLISH]: [JOB],
        "attest-charon": [JOB, PUBLISH],
      }),
    breaks: broken(BUILDS, /^( {2}build-charon:\n {4}name: .*)$/, "$1\n    needs: [publish-charon]"),
  }),
  always("10.2", "Every action is pinned to a commit.", {
    output: "every file: `uses`; the programs of .github/pipewright come with the workflow's own commit, and use none",
    holds: (files) =>
      stepsOf(files).every(
        ({ uses }) =>
          uses === undefined || /@[0-9a-f]{40}$/.test(uses) || /^\$\/\.github\/pipewright\/[a-z-]+$/.test(uses),
      ) && [...files.texts].every(([file, text]) => !file.startsWith("actions/") || !/^[ -]*uses:/m.test(text)),
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
