/** Jobs 4, 7, 8, 10 and 11 of the plan: what is built, scanned, signed, released. */
import type { Emission } from "../../support/emission.ts";
import { holdsValue, input, moduleFunction, onOf, same, script } from "../../support/questions.ts";
import {
  all,
  always,
  beyond,
  broken,
  brokenProgram,
  deleted,
  fromConfig,
  type Requirement,
  set,
} from "../../support/requirement.ts";
import type { StepDefinition } from "../../../player/workflow-file.ts";
import { BUILDS, CI, condition, FILES, needs, PLAYED, RELEASE, RELEASED, restored, runs } from "../kyklos-files.ts";

/** Whether CI and the release call a workflow in that job. */
const bothCall = (files: Emission, job: string, called: string): boolean =>
  [CI, RELEASE].every((file) => files.job(file, job)?.call?.path === `.github/workflows/${called}.yml`);
/** Whether CI and the release make the files by one and the same job. */
const bothMake = (files: Emission, job: string): boolean =>
  bothCall(files, "build-files", FILES) && files.job(FILES, job) !== undefined;
const image = (files: Emission, path: string) => files.plan(`builds.controller.${path}`);
const prepareScript = (files: Emission): string => script(files, BUILDS, "build-controller", "Look for an image");
const publishScript = (files: Emission): string => script(files, BUILDS, "publish-controller", "Publish the image");
/** The same digest of each mirror, one after the other, until one gives it. */
const MIRRORED =
  /for \(const name of digest === "" \? \[\] : build\.mirrors\) \{\s+if \(\(await pull\(`\$\{name\}@\$\{digest\}`\)\) !== "there"\) continue;[^]*?return taken\(image, `\$\{name\}@\$\{digest\}`\);/;
/** A pull request's image, and each platform of main's and of a release's. */
const scans = (files: Emission): StepDefinition[] =>
  ["build-controller", "publish-controller"]
    .flatMap((job) => files.job(BUILDS, job)?.steps ?? [])
    .filter(({ uses }) => uses?.startsWith("aquasecurity/trivy-action@"));
const everyScan = (files: Emission, holds: (scan: StepDefinition) => boolean): boolean =>
  scans(files).length === 3 && scans(files).every(holds);
const SCANS = "builds.yml: jobs `build-controller` and `publish-controller`, every scan";

export const buildRows: Requirement[] = [
  fromConfig("Job 4, Gates", "Binaries are compiled for amd64 and arm64 on every commit.", {
    line: deleted("builds.binaries.run.0"),
    output: "files.yml, which ci.yml calls: job `build-binaries`",
    holds: (files) =>
      bothMake(files, "build-binaries") && runs(files, FILES, 'PLATFORMS="linux/amd64 linux/arm64"', "build-binaries"),
    proof: PLAYED,
  }),
  fromConfig("Job 4", "The version of the commit or the tag is embedded, and `--version` and `--help` are tried.", {
    line: deleted("builds.binaries.run.1"),
    output: "files.yml, which ci.yml and release.yml call: job `build-binaries`, `VERSION`",
    holds: (files) =>
      bothMake(files, "build-binaries") &&
      runs(files, FILES, "--version | grep", "build-binaries") &&
      runs(files, FILES, "--help", "build-binaries") &&
      files.step(FILES, "build-binaries", "Make binaries")?.env["VERSION"] === "${{ inputs.version }}",
    proof: RELEASED,
  }),
  fromConfig("Job 4", "A binary of more than 100 MB fails the build.", {
    line: deleted("builds.binaries.maxSizes"),
    output: "plan.json: `builds.binaries.maxSizes`; files.yml: job `build-binaries`, step `Check the sizes`",
    holds: (files) =>
      same(files.plan("builds.binaries.maxSizes.0.bytes"), 100_000_000) &&
      input(files, FILES, "build-binaries", "Check the sizes", "build") === "binaries",
    proof: "test/execution/sizes.test.ts",
  }),
  ...(["dist/kyklos-controller-linux-*", "dist/build-info.json"] as const).map((path, index) =>
    fromConfig("Job 4", `\`${path}\` is an artifact of the run.`, {
      line: deleted(`builds.binaries.paths.${index}`),
      output: "files.yml: job `build-binaries`, step `Upload the files`",
      holds: (files) =>
        String(input(files, FILES, "build-binaries", "Upload the files", "path"))
          .split("\n")
          .includes(path),
    }),
  ),
  fromConfig(
    "Job 4, Retention",
    "What was built is kept for seven days; of a release it is kept for ever, as its assets.",
    {
      line: set("builds.binaries.keep", "30d"),
      output: "files.yml: job `build-binaries`, `retention-days`; release.yml: job `deliver-release`",
      holds: (files) =>
        same(input(files, FILES, "build-binaries", "Upload the files", "retention-days"), 7) &&
        files.step(RELEASE, "deliver-release", "Take what was tested: binaries") !== undefined,
    },
  ),
  fromConfig(
    "Job 4, Security",
    "Binaries carry a provenance attestation, on main and for releases, made by a job that runs nothing else.",
    {
      line: deleted("builds.binaries.attest"),
      output: "files.yml, which ci.yml and release.yml call: job `attest-binaries`",
      holds: (files) =>
        bothMake(files, "attest-binaries") &&
        same(files.job(FILES, "attest-binaries")?.permissions ?? null, {
          attestations: "write",
          "id-token": "write",
        }) &&
        condition(files, FILES, "attest-binaries").includes(
          `contains(fromJSON('["main","release"]'), fromJSON(inputs.plan).class)`,
        ) &&
        same(files.job(FILES, "build-binaries")?.permissions ?? null, { contents: "read" }),
      proof: PLAYED,
    },
  ),
  fromConfig("Job 10", "The installation bundle is built on every commit and tested before it is published.", {
    line: all("builds.bundle", [
      deleted("builds.bundle"),
      set("consumers.smoke.needs", ["controller", "binaries"]),
      set("consumers.e2e.needs", ["controller"]),
      set("publish.release.files", ["binaries"]),
    ]),
    output: "files.yml, which ci.yml and release.yml call: job `build-bundle`; smoke.yml: step `Download bundle`",
    holds: (files) =>
      bothMake(files, "build-bundle") &&
      files.step("smoke", "test", "Download bundle") !== undefined &&
      needs(files, CI, "test-smoke", "build-files") &&
      needs(files, RELEASE, "deliver-release", "build-files") &&
      needs(files, RELEASE, "deliver-release", "gate"),
    proof: RELEASED,
  }),
  beyond(
    "Job 4",
    "Partial results of a failed build are uploaded.",
    "A compiler that fails leaves nothing that runs; its errors stand in the log, which GitHub keeps for 90 days.",
  ),
  fromConfig("Job 7", "The image is built for amd64 and arm64 on main and for releases.", {
    line: set("builds.controller.platforms.default", ["linux/amd64"]),
    output: "plan.json: `builds.controller.entries`; builds.yml, which ci.yml and release.yml call",
    holds: (files) =>
      bothCall(files, "build", BUILDS) &&
      ["main", "release"].every(
        (event) =>
          same(image(files, `entries.${event}.0.platforms`), ["linux/amd64"]) &&
          same(image(files, `entries.${event}.1.platforms`), ["linux/arm64"]),
      ),
    proof: PLAYED,
  }),
  fromConfig("Job 7", "A pull request's image is for amd64 alone, which the smoke test runs.", {
    line: deleted("builds.controller.platforms.pullRequest"),
    output: "plan.json: `builds.controller.entries.pullRequest`",
    holds: (files) =>
      image(files, "entries.pullRequest.1") === undefined &&
      same(image(files, "entries.pullRequest.0.platforms"), ["linux/amd64"]),
    proof: PLAYED,
  }),
  fromConfig("Job 7, Caching", "Layers are cached in the registry, for all runners.", {
    line: deleted("builds.controller.cache"),
    output: "plan.json: `builds.controller.cache`; .github/pipewright/lib/bake.mjs, `cacheSources` and `cacheTargets`",
    holds: (files) =>
      image(files, "cache") === "registry" &&
      prepareScript(files).includes("`type=registry,ref=${build.image}:${layersTag(entry, branch)}`") &&
      prepareScript(files).includes("`type=registry,ref=${reference},mode=max,"),
    proof: "test/execution/reuse.test.ts",
  }),
  always("Job 7", "A release's tag names the version, and the commit's own tag stays.", {
    output: "release.yml: job `plan`, output `release-tags`; job `release-controller`",
    holds: (files) =>
      input(files, RELEASE, "release-controller", "Give the tested image", "tags") ===
      "${{ needs.plan.outputs.release-tags }}",
    breaks: broken(RELEASE, "needs.plan.outputs.release-tags", "needs.plan.outputs.tag"),
    proof: RELEASED,
  }),
  always("Job 7", "The platforms are merged into one manifest list, by digest.", {
    output: "builds.yml: job `publish-controller`; .github/pipewright/publish-image, function `builtDigest`",
    holds: (files) =>
      bothCall(files, "build", BUILDS) &&
      publishScript(files).includes("[...digests].map((digest) => `${image}@${digest}`)") &&
      publishScript(files).includes("hasPlatforms(merged, needed)"),
    breaks: brokenProgram("[...digests].map((digest) => `${image}@${digest}`)", "[target]"),
    proof: PLAYED,
  }),
  fromConfig("Job 7, Security", "A bill of materials hangs on the image.", {
    line: all("builds.controller.sbom", [set("builds.controller.sbom", false), set("publish.release.sboms", [])]),
    output: "plan.json: `builds.controller.sbom`; .github/pipewright/lib/bake.mjs, function `attestations`",
    holds: (files) => image(files, "sbom") === true && prepareScript(files).includes('sbom ? "type=sbom"'),
    proof: RELEASED,
  }),
  fromConfig("Job 7", "An image of more than 50 MB fails.", {
    line: deleted("builds.controller.maxSize"),
    output: "plan.json: `builds.controller.maxBytes`; .github/pipewright/publish-image, `findOversize`",
    holds: (files) =>
      image(files, "maxBytes") === 50_000_000 &&
      publishScript(files).includes("await findOversize(image, images[key].digest, maxBytes)"),
    proof: "test/execution/publish-image.test.ts",
  }),
  always("Job 7", "Manifest and digests are recorded.", {
    output:
      "builds.yml: output `controller-images`; .github/pipewright/publish-image: the summary of the run names the manifest by its digest, with its tags",
    holds: (files) =>
      publishScript(files).includes('addSummary(`Published ${code(`${image}@${digest}`)} as ${tags.join(" ")}`);') &&
      publishScript(files).includes('output("images", JSON.stringify(images));') &&
      String(onOf(files, BUILDS, "workflow_call.outputs.controller-images.value")).includes(
        "jobs.publish-controller.outputs.images",
      ) &&
      same(files.job(BUILDS, "publish-controller")?.outputs["images"], "${{ steps.publish.outputs.images }}"),
    breaks: brokenProgram('addSummary(`Published ${code(`${image}@${digest}`)} as ${tags.join(" ")}`);'),
    proof: RELEASED,
  }),
  fromConfig("Job 8, Gates", "CRITICAL and HIGH findings of the scan stop the release.", {
    line: set("builds.controller.scan.severities", ["CRITICAL"]),
    output: `${SCANS}, \`severity\`; release.yml: job \`gate\` needs \`build\``,
    holds: (files) =>
      everyScan(
        files,
        ({ with: inputs, continueOnError }) =>
          inputs["severity"] === "CRITICAL,HIGH" && inputs["exit-code"] === "1" && continueOnError === false,
      ) &&
      bothCall(files, "build", BUILDS) &&
      needs(files, RELEASE, "gate", "build") &&
      condition(files, RELEASE, "release-controller").includes("needs.gate.result == 'success'"),
  }),
  fromConfig("Job 8", "The scan blocks rather than reports.", {
    line: set("builds.controller.scan.block", false),
    output: `${SCANS}, \`exit-code\``,
    holds: (files) => everyScan(files, ({ with: inputs }) => inputs["exit-code"] === "1"),
  }),
  fromConfig(
    "Job 8",
    "The report goes to code scanning, where each finding is an alert of its own and the security team reads it.",
    {
      line: set("builds.controller.scan.sarif", false),
      output: "builds.yml: the step `Report controller … to code scanning` after each scan",
      holds: (files) =>
        everyScan(files, ({ with: inputs }) => inputs["format"] === "sarif") &&
        ["build-controller", "publish-controller"].every((job) =>
          files.job(BUILDS, job)?.steps.some(({ uses }) => uses?.startsWith("github/codeql-action/upload-sarif@")),
        ),
    },
  ),
  beyond(
    "Job 8",
    "An issue for every finding.",
    "Code scanning's alerts are that: each has a state, an owner and a history, and a private repository's are private, which an issue is not.",
  ),
  always("Job 8", "The image of every commit is scanned, not only a release's: the base image is checked with it.", {
    output: `${SCANS}, without a condition on the event; ci.yml: job \`gate\` needs \`build\``,
    holds: (files) =>
      everyScan(files, (scan) => !/class|event|ref/.test(String(scan.if))) &&
      bothCall(files, "build", BUILDS) &&
      needs(files, CI, "gate", "build"),
    breaks: broken(CI, /^ {6}- build\n( {6}- build-files\n {6}- test-lint\n)/, "$1"),
  }),
  fromConfig(
    "Job 8, Security",
    "Images are signed with cosign as the workflow, and the signature is verified at once. No key is kept.",
    {
      line: deleted("builds.controller.sign"),
      output: "builds.yml, which ci.yml and release.yml call: job `attest-controller`, step `Sign controller`",
      holds: (files) => script(files, BUILDS, "attest-controller", "Sign controller").includes("cosign verify"),
      proof: "test/execution/sign-image.test.ts",
    },
  ),
  fromConfig("Security", "Images carry SLSA provenance, attested by GitHub.", {
    line: deleted("builds.controller.attest"),
    output: "builds.yml, which ci.yml and release.yml call: job `attest-controller`, step `Attest the provenance`",
    holds: (files) => files.step(BUILDS, "attest-controller", "Attest the provenance") !== undefined,
  }),
  beyond(
    "Security",
    "SLSA level 3.",
    "A goal of the project. The attestations are what it asks of a build on GitHub's runners; who may change the workflows is the repository's settings.",
  ),
  fromConfig("Job 10", "A release on GitHub is made, and a draft until every file is there.", {
    line: deleted("publish"),
    output: "release.yml: job `deliver-release`",
    holds: (files) => files.step(RELEASE, "deliver-release", "Publish the release") !== undefined,
    proof: RELEASED,
  }),
  fromConfig("Job 10", "It holds the binaries and the installation bundle that were tested.", {
    line: set("publish.release.files", ["binaries"]),
    output: "release.yml: job `deliver-release`, steps `Take what was tested: …`",
    holds: (files) =>
      ["binaries", "bundle"].every(
        (build) => files.step(RELEASE, "deliver-release", `Take what was tested: ${build}`) !== undefined,
      ),
    proof: RELEASED,
  }),
  fromConfig("Job 7, Job 10", "It holds the bills of materials.", {
    line: deleted("publish.release.sboms"),
    output: "release.yml: job `deliver-release`, step `Take the bills of materials`",
    holds: (files) => files.step(RELEASE, "deliver-release", "Take the bills") !== undefined,
    proof: RELEASED,
  }),
  fromConfig("Job 10", "It holds checksums.txt.", {
    line: set("publish.release.checksums", false),
    output: "plan.json: `publish.release.checksums`",
    holds: (files) => same(files.plan("publish.release.checksums"), true),
    proof: RELEASED,
  }),
  fromConfig(
    "Job 11",
    "Notes are made from conventional commits since the last release: by kind, breaking changes first, with links; where they cannot be made, a template stands in.",
    {
      line: set("publish.release.notes", "none"),
      output: "release.yml: job `deliver-release`, step `Write the notes`",
      holds: (files) => files.step(RELEASE, "deliver-release", "Write the notes") !== undefined,
      proof: "test/templates/release-notes.test.ts",
    },
  ),
  fromConfig("Job 11", "The changelog and the notes are artifacts, and the changelog an asset.", {
    line: set("publish.release.notes", "none"),
    output: "release.yml: job `deliver-release`, step `Keep the notes`",
    holds: (files) => String(input(files, RELEASE, "deliver-release", "Keep the notes", "path")).includes("CHANGELOG-"),
  }),
  beyond("Job 10", "The source archive.", "GitHub adds it to every release."),
  beyond(
    "Job 10",
    "The Helm chart, if applicable.",
    "There is none yet; a chart is one more `files` build and one more name in `publish.release.files`.",
  ),
  fromConfig("Job 10", "`latest` follows main once everything has passed.", {
    line: set("channels.main", false),
    output: "ci.yml: job `promote`",
    holds: (files) => files.job(CI, "promote") !== undefined,
    proof: PLAYED,
  }),
  always(
    "Job 10",
    "A release that failed half-way is completed by a re-run: what is there is compared, not made again.",
    {
      output: "release.yml: job `deliver-release`",
      holds: (files) => script(files, RELEASE, "deliver-release", "Publish the release").includes("draft"),
      breaks: brokenProgram("draft", "-"),
      proof: RELEASED,
    },
  ),
  fromConfig("Concurrency, Triggers", "A tag `v*.*.*` releases.", {
    line: set("release.tags", "release-*"),
    output: "release.yml: `on.push.tags`",
    holds: (files) => same(onOf(files, RELEASE, "push.tags"), ["v*.*.*"]),
    proof: RELEASED,
  }),
  always("Concurrency", "Releases are never cancelled, and run one at a time.", {
    output: "release.yml: `concurrency`",
    holds: (files) =>
      same(files.workflow(RELEASE)?.concurrency, {
        group: "kyklos/release",
        "cancel-in-progress": false,
        queue: "max",
      }),
    breaks: broken(RELEASE, "  cancel-in-progress: false\n  queue: max\n\n", "  cancel-in-progress: false\n\n"),
    proof: RELEASED,
  }),
  fromConfig("Concurrency", "A major version waits for the reviewers of an environment; others do not.", {
    line: deleted("release.environment"),
    output: "release.yml: job `approve-major-release`",
    holds: (files) =>
      same(files.job(RELEASE, "approve-major-release")?.environment, "major-release") &&
      condition(files, RELEASE, "approve-major-release").includes("needs.plan.outputs.major == 'true'") &&
      needs(files, RELEASE, "release-controller", "approve-major-release"),
    proof: RELEASED,
  }),
  always(
    "Gates",
    "A release asks for every pre-merge gate on its commit, and repeats only what has not passed there.",
    {
      output: "release.yml: jobs `verdicts` and `gate`, which judges every `test-…`",
      holds: (files) =>
        condition(files, RELEASE, "deliver-release").includes("needs.gate.result == 'success'") &&
        ["lint", "unit", "envtest", "secrets", "smoke", "e2e"].every((key) =>
          needs(files, RELEASE, "gate", `test-${key}`),
        ) &&
        ["lint", "unit", "envtest", "secrets", "smoke"].every((key) =>
          condition(files, RELEASE, `test-${key}`).includes("needs.verdicts.outputs.passed"),
        ),
      breaks: broken(RELEASE, "needs.gate.result == 'success'", "true"),
      proof: RELEASED,
    },
  ),
  always(
    "Concurrency",
    "A newer commit of a pull request cancels the run of the older one; main's runs are never cancelled.",
    {
      output: "ci.yml: `concurrency`",
      holds: (files) =>
        same(files.workflow(CI)?.concurrency, {
          group:
            "kyklos/build/${{ github.event_name == 'pull_request' && format('pr-{0}', github.event.pull_request.number) || github.event_name == 'workflow_dispatch' && github.run_id || format('{0}-{1}', github.ref, github.sha) }}",
          "cancel-in-progress": "${{ github.event_name == 'pull_request' }}",
        }),
      breaks: broken(CI, "cancel-in-progress: ${{ github.event_name == 'pull_request' }}", "cancel-in-progress: true"),
    },
  ),
  beyond(
    "Concurrency",
    "At most three builds at once, and the oldest of the queue fails.",
    "Actions has no such limit: a concurrency group runs one and keeps one waiting (or a hundred, with `queue: max`) and drops the older one that waits. Nearest: one run a pull request, its older runs cancelled. How many jobs run at once is the plan's or the runner group's.",
  ),
  fromConfig("Triggers", "Pushes to main and pull requests run CI, and it can be run by hand.", {
    line: set("pullRequests", false),
    output: "ci.yml: `on`",
    holds: (files) =>
      same(onOf(files, CI, "pull_request.branches"), ["main"]) &&
      holdsValue(onOf(files, CI, "push.branches"), "main") &&
      onOf(files, CI, "workflow_dispatch") !== undefined,
  }),
  beyond(
    "Triggers",
    "A release by hand.",
    "A release is a tag: pushing it starts the workflow, and `gh run rerun --failed` continues one that failed. A dispatch without a tag would have no version.",
  ),
  fromConfig(
    "Recovery",
    "Every image lies in a second registry as well, and tests pull from there when the first one fails.",
    {
      line: deleted("mirrors"),
      output: "plan.json: `builds.controller.mirrors`, read by publish-image and take-image",
      holds: (files) =>
        same(image(files, "mirrors") ?? null, ["quay.io/kyklos/controller"]) &&
        publishScript(files).includes("for (const name of build.mirrors) await mirror(name, image, digest, facts);") &&
        MIRRORED.test(moduleFunction(script(files, "smoke", "test", "Take the image"), "fromRegistry") ?? "") &&
        [files.job("smoke", "test"), files.job(BUILDS, "publish-controller")].every((job) =>
          job?.steps.some(({ name }) => name === "Log in to quay.io"),
        ),
      proof: PLAYED,
    },
  ),
  fromConfig("Job 4, Caching", "Modules are cached by go.sum, and no release takes a cache into what it builds.", {
    line: set("caches.modules.files", ["**/*.go"]),
    output: "files.yml: jobs `build-*`, the steps `Restore the cache …` with their `if`",
    holds: (files) => {
      const restores = ["build-binaries", "build-bundle"]
        .flatMap((job) => files.job(FILES, job)?.steps ?? [])
        .filter(({ uses }) => uses?.startsWith("actions/cache/restore@"));
      return (
        String(restored(files, FILES, "modules", "build-binaries")).includes("hashFiles('go.sum')") &&
        restores.every((step) => step.if === "fromJSON(inputs.plan).class != 'release'")
      );
    },
  }),
];
