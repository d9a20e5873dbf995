/** actions/create-github-app-token: a token of an app. What it does in the repository starts workflows, unlike GITHUB_TOKEN. */
import { knownAction } from "../../../src/actions/catalogue.ts";
import { type Action, ActionFailed } from "../action.ts";
import type { Level } from "../permissions.ts";

const INSTALLATION: Readonly<Record<string, Level>> = {
  actions: "write",
  checks: "write",
  contents: "write",
  issues: "write",
  packages: "write",
  "pull-requests": "write",
  statuses: "write",
  metadata: "read",
};

export const appToken: Action = {
  name: "actions/create-github-app-token",
  inputs: Object.keys(knownAction("actions/create-github-app-token")?.inputs ?? {}),
  required: ["private-key"],
  run(context) {
    const { inputs, host, job, run } = context;
    if (!inputs["app-id"] && !inputs["client-id"])
      throw new ActionFailed("The 'client-id' (or deprecated 'app-id') input must be set to a non-empty string.");
    const asked = Object.entries(inputs).flatMap(([name, value]): [string, Level][] =>
      name.startsWith("permission-") && (value === "read" || value === "write")
        ? [[name.slice("permission-".length), value]]
        : [],
    );
    const token = `ghs_app${run.id}x${run.attempt}x${job.id}${"0".repeat(24)}`;
    host.issueToken(token, asked.length > 0 ? Object.fromEntries(asked) : INSTALLATION, job, run, "app");
    context.mask(token);
    if (inputs["skip-token-revoke"] !== "true") context.after(() => host.revokeToken(token));
    return Promise.resolve({ token, "installation-id": "1", "app-slug": "the-app" });
  },
};
