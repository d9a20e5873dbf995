import { spanInFile } from "../../../workflow/expressions/embedded.ts";
import { rule } from "../../rule.ts";
import { secretSitesOf } from "./secret-sites.ts";

export const allSecrets = rule({
  id: "all-secrets",
  family: "security",
  levels: { recommended: "warning", strict: "warning" },
  summary: "Secrets are named one by one.",
  why: "GitHub sends a runner only the secrets that a job names. Where it names the whole context, or computes a name, the job gets all of them, those of the organisation among them.",
  bad: `on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: ./deploy.sh
        env:
          SECRETS: \${{ toJSON(secrets) }}
`,
  good: `on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: ./deploy.sh
        env:
          KEY: \${{ secrets.DEPLOY_KEY }}
`,
  document(document, { report, settings }) {
    for (const { site, reference, name } of secretSitesOf(document)) {
      if (name !== undefined) continue;
      const at = spanInFile(document.file.text, site, reference);
      if (reference.kind === "context")
        report(
          at,
          "This hands every secret of the repository and the organisation to the job. Name the ones that are needed: `secrets.NAME`.",
        );
      else if (settings.preset === "strict")
        report(
          at,
          "A computed name makes GitHub send every secret to the job. Name them: `secrets.NAME`, with a condition where one of several is meant.",
          { level: "info" },
        );
    }
  },
});
