import { inputOf } from "../../../workflow/document/document.ts";
import { rule } from "../../rule.ts";
import { isTrue } from "./place.ts";

export const appTokenScope = rule({
  id: "app-token-scope",
  family: "security",
  levels: { recommended: "warning", strict: "warning" },
  summary: "A token of a GitHub App reaches the repositories and scopes that the job needs, and ends with it.",
  why: "Without `repositories` an owner's token reaches every repository of the installation, and without `permission-*` it holds every permission that the app has (README of `actions/create-github-app-token`).",
  bad: `on: push
jobs:
  sync:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/create-github-app-token@v2
        with:
          app-id: \${{ vars.APP_ID }}
          private-key: \${{ secrets.APP_KEY }}
          owner: \${{ github.repository_owner }}
          skip-token-revoke: true
`,
  good: `on: push
jobs:
  sync:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/create-github-app-token@v2
        with:
          app-id: \${{ vars.APP_ID }}
          private-key: \${{ secrets.APP_KEY }}
          owner: \${{ github.repository_owner }}
          repositories: docs
          permission-contents: write
`,
  step(step, { report, settings }) {
    const { uses } = step;
    if (
      uses?.kind !== "repository" ||
      (uses.repository !== "actions/create-github-app-token" && uses.repository !== "tibdex/github-app-token")
    )
      return;
    const own = uses.repository === "actions/create-github-app-token";
    const owner = inputOf(step, "owner");
    if (own && owner && !inputOf(step, "repositories"))
      report(
        owner,
        "`owner` without `repositories` gives a token for every repository of the installation. List the ones that the job works on.",
      );
    const kept = inputOf(step, "skip-token-revoke");
    if (isTrue(kept) && kept)
      report(
        kept,
        "The token stays valid for an hour after the job. Leave `skip-token-revoke` out, so that it ends with the job.",
      );
    const scoped = [...step.with.keys()].some((name) => name.startsWith("permission-") || name === "permissions");
    if (settings.preset === "strict" && !scoped)
      report(
        uses.node,
        `This token holds every permission of the app. ${own ? "Name the needed ones: `permission-contents: read`." : "Name the needed ones in `permissions`."}`,
        { level: "info" },
      );
  },
});
