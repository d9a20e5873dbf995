/** Priority 2: layers in the registry, by branch, and their cleanup. */
import { onOf, same, script } from "../../support/questions.ts";
import { always, beyond, brokenProgram, fromConfig, type Requirement, set } from "../../support/requirement.ts";
import { PIPELINE, TARGETS } from "../django-files.ts";

export const cacheRows: Requirement[] = [
  fromConfig("P2 step 1", "Layers are kept in the registry: each branch reads its own, then main's.", {
    line: set("builds.images.cache", "gha"),
    output: "plan.json: `builds.*.cache`; .github/pipewright/lib/bake.mjs, function `cacheSources`",
    holds: (files) =>
      TARGETS.every((key) => String(files.plan(`builds.${key}.cache`)).startsWith("registry")) &&
      files.text("lib/bake.mjs").includes("[...new Set([cacheBranch, mainCacheBranch])]"),
    proof: "test/execution/reuse.test.ts",
  }),
  fromConfig("P2 step 1", "Pull requests write a cache of their own as well; a fork's has no token to write with.", {
    line: set("builds.images.cache", "registry"),
    output: "plan.json: `builds.*.cache`",
    holds: (files) => TARGETS.every((key) => same(files.plan(`builds.${key}.cache`), "registry-per-branch")),
    proof: "test/execution/reuse.test.ts",
  }),
  always("P2 step 1", "All layers are kept (`mode=max`), and a cache that cannot be written fails no build.", {
    output: ".github/pipewright/lib/bake.mjs, function `cacheTargets`",
    holds: (files) => files.text("lib/bake.mjs").includes("mode=max,image-manifest=true,ignore-error=true"),
    breaks: brokenProgram("mode=max,image-manifest=true,ignore-error=true", "mode=min"),
  }),
  always(
    "P2 step 1",
    "A cache's tag is the branch made fit for a tag: the plan's `${GITHUB_REF_NAME}` is none for `feature/x`.",
    {
      output: ".github/pipewright/plan-build, function `cacheBranchOf`",
      holds: (files) => files.text("programs/plan-build").includes("return cacheBranch(refName, rules);"),
      breaks: brokenProgram("return cacheBranch(refName, rules);", "return refName;"),
      proof: "test/pipeline/cache-branches.test.ts",
    },
  ),
  beyond(
    "P2 step 1",
    "GitHub's cache as a second one behind it.",
    'Left out: BuildKit would write every layer twice, and the registry is where the images go anyway. `cache: "gha"` is the way back.',
  ),
  fromConfig("P2 step 2", "Caches are cleaned up weekly, on Sunday at two.", {
    line: set("retention.schedule", "0 3 * * *"),
    output: "container-prune.yml: `on.schedule`",
    holds: (files) =>
      same(onOf(files, "container-prune", "schedule.0.cron"), "0 2 * * 0") &&
      onOf(files, "container-prune", "workflow_dispatch") !== undefined,
  }),
  fromConfig("P2 step 2", "Main's cache stays, and the newest five of other branches.", {
    line: set("retention.caches.keepNewest", 3),
    output: "plan.json: `retention.classes`, class `cache`",
    holds: (files) =>
      same(files.plan("retention.classes.0.keepNewest"), 5) &&
      same(files.plan("retention.classes.0.keepAlways.0"), "buildcache-(amd64)-main"),
    proof: "test/execution/cleanup-packages.test.ts",
  }),
  fromConfig("P2 step 2", "The cleanup really deletes.", {
    line: set("retention.dryRun", true),
    output: "plan.json: `retention.dryRun`",
    holds: (files) => same(files.plan("retention.dryRun"), false),
    proof: "test/execution/cleanup-packages.test.ts",
  }),
  always(
    "P2 step 2",
    "It reads every page, keeps what it cannot read, and deletes a version only when all its tags are expired.",
    {
      output: ".github/pipewright/cleanup",
      holds: (files) => {
        const text = script(files, "container-prune", "cleanup", "Delete expired images");
        return text.includes("per_page=100&page=") && text.includes("could not be read and may refer to this one");
      },
      breaks: brokenProgram("per_page=100&page=", "per_page=100&only="),
      proof: "test/execution/cleanup-packages.test.ts",
    },
  ),
  beyond(
    "P2 step 3",
    "Compare a cold build with a warm one.",
    "The metrics measure every build; a run's second build of a commit finds the first one's image and builds nothing.",
    PIPELINE,
  ),
];
