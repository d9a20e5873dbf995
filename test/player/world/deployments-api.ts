/** Deployments, and the environments whose reviewers a run waits for. */
import type { Environment, Reviews } from "../environments.ts";
import { timestamp } from "../runs.ts";
import type { Route } from "./api-server.ts";

const repo = "/repos/:owner/:repo";

export function deploymentRoutes(reviews: Reviews, environments: Readonly<Record<string, Environment>>): Route[] {
  return [
    {
      method: "GET",
      path: `${repo}/deployments`,
      permission: ["deployments", "read"],
      handle({ query }) {
        const found = reviews.deployments.filter(
          (each) =>
            (!query.has("environment") || each.environment === query.get("environment")) &&
            (!query.has("sha") || each.sha === query.get("sha")),
        );
        return {
          status: 200,
          items: [...found].reverse().map((each) => ({
            id: each.id,
            environment: each.environment,
            sha: each.sha,
            ref: each.ref,
            created_at: timestamp(each.createdAt),
          })),
        };
      },
    },
    {
      method: "GET",
      path: `${repo}/deployments/:id/statuses`,
      permission: ["deployments", "read"],
      handle: ({ path }) => ({
        status: 200,
        items: reviews.deployments
          .filter((each) => String(each.id) === path["id"])
          .map((each) => ({ state: each.state, environment: each.environment, environment_url: each.url })),
      }),
    },
    {
      method: "GET",
      path: `${repo}/environments`,
      permission: ["actions", "read"],
      handle: () => ({
        status: 200,
        items: Object.entries(environments).map(([name, { reviewers }]) => ({
          name,
          protection_rules: reviewers ? [{ type: "required_reviewers" }] : [],
        })),
        wrap: "environments",
      }),
    },
    {
      method: "GET",
      path: `${repo}/actions/runs/:id/pending_deployments`,
      permission: ["actions", "read"],
      handle: ({ path }) => ({
        status: 200,
        items: reviews.pending
          .filter((each) => String(each.run.id) === path["id"])
          .map((each) => ({ environment: { name: each.environment } })),
      }),
    },
  ];
}
