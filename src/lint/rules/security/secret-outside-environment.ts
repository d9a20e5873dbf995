import type { Job } from "../../../workflow/document/document.ts";
import { spanInFile } from "../../../workflow/expressions/embedded.ts";
import { workflowsOf } from "../../repository.ts";
import { repositoryRule } from "../../rule.ts";
import { publisherIn } from "./publishing.ts";
import { secretSitesOf } from "./secret-sites.ts";

export const secretOutsideEnvironment = repositoryRule({
  id: "secret-outside-environment",
  family: "security",
  levels: { recommended: "off", strict: "info" },
  summary:
    "What deploys and publishes takes its secrets from an environment, which says which branches and people may use them.",
  why: "A secret of the repository is there for every workflow on every branch that somebody pushes; one of an environment only for jobs that name it and pass its protection rules (GitHub's documentation, \"Managing environments for deployment\"). Asked of jobs that deploy, publish or release, in repositories that use an environment elsewhere: notifications and tests lose little, and an environment around each would only be passed without a look. Called workflows are left out, which environments' secrets reach only by `secrets: inherit`.",
  bad: `on: push
jobs:
  stage:
    runs-on: ubuntu-latest
    environment: staging
    steps:
      - run: ./deploy.sh staging
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: ./deploy.sh production
        env:
          KEY: \${{ secrets.DEPLOY_KEY }}
`,
  good: [
    `on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - run: ./deploy.sh
        env:
          KEY: \${{ secrets.DEPLOY_KEY }}
  notify:
    runs-on: ubuntu-latest
    steps:
      - run: ./notify.sh
        env:
          WEBHOOK: \${{ secrets.WEBHOOK }}
`,
    `on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: ./deploy.sh
        env:
          KEY: \${{ secrets.DEPLOY_KEY }}
`,
  ],
  repository({ repository, report }) {
    const workflows = workflowsOf(repository);
    if (!workflows.some(({ jobs }) => jobs.some(({ environment }) => environment !== undefined))) return;
    for (const workflow of workflows) {
      if (workflow.triggers.every(({ event }) => event === "workflow_call")) continue;
      const seen = new Set<string>();
      for (const { site, reference, name } of secretSitesOf(workflow)) {
        const { job } = site;
        if (!job || job.uses || job.environment || !givesOut(job)) continue;
        if (name === undefined || name === "GITHUB_TOKEN" || seen.has(`${job.id} ${name}`)) continue;
        seen.add(`${job.id} ${name}`);
        report(
          workflow,
          spanInFile(workflow.file.text, site, reference),
          `The job \`${job.id}\` uses \`secrets.${name}\` without an \`environment\`, so that every branch's workflows can read it. Keep it in an environment with protection rules, and name that here.`,
        );
      }
    }
  },
});

const givesOut = (job: Job): boolean =>
  /(?:^|[^a-z])(?:deploy|publish|release)/i.test(`${job.id} ${job.name?.value ?? ""}`) ||
  publisherIn(job) !== undefined;
