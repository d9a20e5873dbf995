import { permissionsOfGh } from "../../../../actions/gh-permissions.ts";
import { jobOf, type Job, type Permissions, type Step } from "../../../../workflow/document/document.ts";
import { isAction } from "../../../../workflow/document/uses.ts";
import { type Span, scalarOf } from "../../../../workflow/yaml/node.ts";
import { fixOf, insertKey, replaceScalar } from "../../../edits.ts";
import type { Fix } from "../../../finding.ts";
import { permissionsNeededBy, type TokenAccess, type TokenScope } from "../../../permissions.ts";
import { rule } from "../../../rule.ts";
import { scriptsByStep } from "../../../runs/lasting.ts";
import { bringsOwnToken, ghUsesJobToken, pushesBack } from "../../../runs/token-use.ts";
import { covers, levelOf, permissionsFor } from "../../../runs/token.ts";
import { commandsIn, type ShellCommand, spanOf } from "../../../scripts.ts";
import type { LintSettings } from "../../../settings.ts";

export const missingPermission = rule({
  id: "missing-permission",
  family: "pipeline",
  levels: { recommended: "error", strict: "error" },
  summary: "A job's token may do what the job's steps do with it.",
  why: "Once a `permissions` block is there, every scope that it leaves out is `none`, and a job's block replaces the workflow's. The call then fails with \"Resource not accessible by integration\" (403), often only at the end of the run. Without any block the repository's settings decide, and nothing is said.",
  bad: `on: push
permissions:
  contents: read
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/attest-build-provenance@v3
        with:
          subject-path: dist/*
  notes:
    runs-on: ubuntu-latest
    permissions:
      contents: read
    steps:
      - run: gh release create "$GITHUB_REF_NAME" --generate-notes
        env:
          GH_TOKEN: \${{ github.token }}
`,
  good: `on: push
permissions:
  contents: read
jobs:
  publish:
    runs-on: ubuntu-latest
    permissions:
      contents: read
      id-token: write
      attestations: write
    steps:
      - uses: actions/attest-build-provenance@v3
        with:
          subject-path: dist/*
`,
  fixable: true,
  step(step, { settings, report }) {
    const job = jobOf(step);
    const permissions = job && permissionsFor(job);
    if (!job || !permissions || scalarOf(step.continueOnError)?.value === "true") return;
    for (const { scope, access, at, what } of neededBy(step, job, settings)) {
      const has = levelOf(permissions, scope);
      if (
        has === undefined ||
        covers(has, access) ||
        !fails(scope, access, step, settings) ||
        otherScopeWillDo(scope, access, permissions)
      )
        continue;
      // With a second registry the push may go there, and this login is for pulls.
      if (
        has === "read" &&
        scope === "packages" &&
        job.steps.some(
          (other) =>
            other !== step && isAction(other.uses, "docker/login-action") && isAction(step.uses, "docker/login-action"),
        )
      )
        continue;
      const own = job.permissions !== undefined;
      report(
        at,
        `${what} needs \`${scope}: ${access}\`, and the ${own ? "job's" : "workflow's"} \`permissions\` give ${has === "none" ? "none of it" : `\`${scope}: ${has}\` only`}. Add \`${scope}: ${access}\` to ${own ? "them" : "the job's permissions, together with what else it needs"}.`,
        {
          related: [{ at: permissions.pair.key, message: "These permissions decide." }],
          fix: own || job.workflow.jobs.length === 1 ? grant(job, permissions, scope, access) : undefined,
        },
      );
    }
  },
});

interface Need {
  scope: TokenScope;
  access: TokenAccess;
  at: Span;
  what: string;
}

function neededBy(step: Step, job: Job, { visibility }: LintSettings): Need[] {
  if (step.uses) {
    if (bringsOwnToken(step, job)) return [];
    // Without an upload the analysis writes nothing.
    if (
      isAction(step.uses, "github/codeql-action/analyze") &&
      /^(?:never|false)$/.test(scalarOf(step.with.get("upload")?.value)?.value ?? "")
    )
      return [];
    const needs = permissionsNeededBy(step);
    const what = step.uses.kind === "repository" ? `\`${step.uses.name}\`` : "This step";
    const soft = step.uses.kind === "repository" ? (OPTIONAL[step.uses.name.toLowerCase()] ?? []) : [];
    const reads = visibility === "private" ? [...needs.optional].filter(([, access]) => access === "read") : [];
    return needs.certain
      ? [...needs.scopes, ...reads]
          .filter(([scope]) => !soft.includes(scope))
          .map(([scope, access]) => ({ scope, access, at: step.uses?.node ?? step.node, what }))
      : [];
  }
  const script = scriptsByStep(job).get(step);
  if (!script) return [];
  const found = new Map<string, Need>();
  const push = commandsIn(script).find(isPush);
  if (push && pushesBack(step, job))
    found.set("contents", { scope: "contents", access: "write", at: spanOf(script, push.node), what: "`git push`" });
  if (!ghUsesJobToken(step, job)) return [...found.values()];
  for (const command of commandsIn(script)) {
    if (command.name !== "gh" || command.orElse || command.assignments.length > 0) continue;
    const needs = permissionsOfGh(command.args);
    if (!needs?.certain) continue;
    const words = command.args
      .filter((arg) => !arg.startsWith("-"))
      .slice(0, command.args[0] === "api" ? 1 : 2)
      .join(" ");
    for (const [scope, access] of needs.scopes)
      if (!found.has(scope))
        found.set(scope, { scope, access, at: spanOf(script, command.node), what: `\`gh ${words}\`` });
  }
  return [...found.values()];
}

const isPush = ({ name, args, orElse, inCondition, inFunction }: ShellCommand): boolean =>
  name === "git" &&
  args[0] === "push" &&
  !orElse &&
  !inCondition &&
  inFunction === undefined &&
  !args.some((arg) => /:\/\/|@|\$|_{5,}|--dry-run/.test(arg));

/** Scopes without which the action still does its work, by its README: it warns, or leaves a part out. */
const OPTIONAL: Readonly<Record<string, readonly TokenScope[]>> = {
  "actions/stale": ["actions"],
  "release-drafter/release-drafter": ["pull-requests"],
  "enricomi/publish-unit-test-result-action": ["pull-requests"],
  "dessant/lock-threads": ["discussions", "issues", "pull-requests"],
  "mikepenz/action-junit-report": ["checks"],
  "actions/attest": ["artifact-metadata"],
  "actions/attest-build-provenance": ["artifact-metadata"],
  "actions/attest-sbom": ["artifact-metadata"],
};

/** What is public can be read without a permission, so most missing reads do no harm where anybody may read. */
function fails(scope: TokenScope, access: TokenAccess, step: Step, { visibility }: LintSettings): boolean {
  if (access === "write" || visibility === "private") return true;
  return (
    scope === "actions" &&
    (isAction(step.uses, "actions/download-artifact") || /\bgh run download\b/.test(step.run?.value ?? ""))
  );
}

/** A comment on a pull request is one on its issue, and either scope opens it. */
const otherScopeWillDo = (scope: TokenScope, access: TokenAccess, permissions: Permissions): boolean => {
  const other = scope === "issues" ? "pull-requests" : scope === "pull-requests" ? "issues" : undefined;
  return other !== undefined && covers(levelOf(permissions, other) ?? "none", access);
};

function grant({ workflow }: Job, { pair, scopes }: Permissions, scope: string, access: TokenAccess): Fix | undefined {
  const title = `Add \`${scope}: ${access}\``;
  const there = scalarOf(scopes.get(scope)?.value);
  if (there) return fixOf(title, replaceScalar(workflow.file, there, access));
  return pair.value.kind === "mapping" ? fixOf(title, insertKey(workflow.file, pair.value, scope, access)) : undefined;
}
