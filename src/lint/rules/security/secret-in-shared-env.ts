import { spanInFile } from "../../../workflow/expressions/embedded.ts";
import { rule } from "../../rule.ts";
import { secretSitesOf } from "./secret-sites.ts";

export const secretInSharedEnv = rule({
  id: "secret-in-shared-env",
  family: "security",
  levels: { recommended: "off", strict: "warning" },
  summary: "A secret is in the environment of the step that needs it, not of the whole job or workflow.",
  why: "A variable of the job is there for every step: for each action, each install script of a dependency, and each test.",
  bad: `on: push
env:
  NPM_TOKEN: \${{ secrets.NPM_TOKEN }}
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: npm ci
      - run: npm test
`,
  good: `on: push
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - run: npm ci
      - run: npm publish
        env:
          NODE_AUTH_TOKEN: \${{ secrets.NPM_TOKEN }}
`,
  document(document, { report }) {
    const said = new Set<string>();
    for (const { site, reference, name } of secretSitesOf(document)) {
      const [first, , third] = site.path;
      const ofWorkflow = first === "env";
      if (name === undefined || !(ofWorkflow || (first === "jobs" && third === "env"))) continue;
      if (!ofWorkflow && (name === "GITHUB_TOKEN" || (site.job?.steps.length ?? 0) < 2)) continue;
      const key = `${site.node.start} ${name}`;
      if (said.has(key)) continue;
      said.add(key);
      // `X != ''` tells whether there is one.
      if (site.expression?.kind === "comparison") continue;
      report(
        spanInFile(document.file.text, site, reference),
        `\`secrets.${name}\` is in the environment of every step of ${ofWorkflow ? "every job" : "this job"}. Move it to the \`env:\` of the steps that use it.`,
      );
    }
  },
});
