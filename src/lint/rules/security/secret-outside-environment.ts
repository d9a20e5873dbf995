import { spanInFile } from "../../../workflow/expressions/embedded.ts";
import { rule } from "../../rule.ts";
import { secretSitesOf } from "./secret-sites.ts";

export const secretOutsideEnvironment = rule({
  id: "secret-outside-environment",
  family: "security",
  // Secrets of an environment reach a called workflow only through `secrets: inherit`, which `secrets-inherit` finds.
  levels: { recommended: "off", strict: "off" },
  summary: "Secrets belong to an environment, which says which branches and people may use them.",
  why: "A secret of the repository is there for every workflow on every branch that somebody pushes; one of an environment only for jobs that name it and pass its protection rules (GitHub's documentation, \"Managing environments for deployment\").",
  bad: `on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: ./deploy.sh
        env:
          KEY: \${{ secrets.DEPLOY_KEY }}
`,
  good: `on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - run: ./deploy.sh
        env:
          KEY: \${{ secrets.DEPLOY_KEY }}
          TOKEN: \${{ secrets.GITHUB_TOKEN }}
`,
  document(document, { report }) {
    const seen = new Set<string>();
    for (const { site, reference, name } of secretSitesOf(document)) {
      const { job } = site;
      if (!job || job.uses || job.environment || name === undefined || name === "GITHUB_TOKEN" || seen.has(`${job.id} ${name}`)) continue;
      // A called workflow takes what its caller passes.
      if (document.kind === "workflow" && document.triggers.every(({ event }) => event === "workflow_call")) continue;
      seen.add(`${job.id} ${name}`);
      report(spanInFile(document.file.text, site, reference), `The job \`${job.id}\` uses \`secrets.${name}\` without an \`environment\`, so that every branch's workflows can read it. Keep it in an environment with protection rules, and name that here.`);
    }
  },
});
