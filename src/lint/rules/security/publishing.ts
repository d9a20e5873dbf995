/** Steps that give something out: to a package registry, as a release, to where it runs. */
import { inputOf, type Job, type Step } from "../../../workflow/document/document.ts";
import { isAction } from "../../../workflow/document/uses.ts";
import { commandsIn, scriptOf } from "../../scripts.ts";
import { isTrue } from "./place.ts";

const PUBLISHING =
  /^(?:pypa\/gh-action-pypi-publish|softprops\/action-gh-release|ncipollo\/release-action|goreleaser\/goreleaser-action|js-devtools\/npm-publish|rubygems\/release-gem|cloudflare\/wrangler-action|aws-actions\/amazon-ecs-deploy-task-definition|google-github-actions\/deploy-cloudrun|tauri-apps\/tauri-action|helm\/chart-releaser-action|actions\/create-release|actions\/upload-release-asset|svenstaro\/upload-release-action|cycjimmy\/semantic-release-action|changesets\/action|rust-lang\/crates-io-auth-action)$/i;

/** The first of them in a job. */
export function publisherIn(job: Job): Step | undefined {
  return job.steps.find((step) => {
    const { uses } = step;
    if (uses?.kind === "repository")
      return (
        PUBLISHING.test(uses.name) || (uses.repository === "docker/build-push-action" && isTrue(inputOf(step, "push")))
      );
    const script = scriptOf(step);
    return (
      script !== undefined &&
      commandsIn(script).some(
        ({ name, args }) =>
          (/^(?:npm|pnpm|yarn|cargo|poetry|flit|uv|hatch|lerna)$/.test(name ?? "") &&
            args.includes("publish") &&
            !args.includes("--dry-run")) ||
          (name === "twine" && args[0] === "upload") ||
          (name === "gem" && args[0] === "push") ||
          (name === "gh" && args[0] === "release" && (args[1] === "create" || args[1] === "upload")),
      )
    );
  });
}

/** The jobs before it whose artifacts it takes. */
export function buildersOf(job: Job): Job[] {
  if (!job.steps.some(({ uses }) => isAction(uses, "actions/download-artifact"))) return [];
  const found = new Set<Job>();
  const visit = ({ workflow, needs }: Job): void => {
    for (const { value } of needs) {
      const needed = workflow.jobs.find(({ id }) => id === value);
      if (!needed || found.has(needed) || needed === job) continue;
      found.add(needed);
      visit(needed);
    }
  };
  visit(job);
  return [...found].filter(({ steps }) => steps.some(({ uses }) => isAction(uses, "actions/upload-artifact")));
}

/** Whether what a job makes is given out, by itself or by one that takes it. */
export const isPublished = (job: Job): boolean =>
  job.workflow.jobs.some(
    (other) => (other === job || buildersOf(other).includes(job)) && publisherIn(other) !== undefined,
  );
