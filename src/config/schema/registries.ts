/** Where images are pushed, where they are copied to, and how a job logs in there. */
import * as z from "zod";
import { imageName, secretName } from "./values.ts";

/** Without a dot or a port, Docker takes the first part of an image's name for an account of Docker Hub. */
const HOST = /^(localhost|[a-z0-9]+([.-]+[a-z0-9]+)*\.[a-z0-9]+|[a-z0-9]+([.-]+[a-z0-9]+)*(?=:))(:\d+)?$/;

/** A registry that takes neither a password nor GitHub's token, by whose accounts it knows. */
const auth = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("fly").describe("Fly.io: `flyctl auth docker` logs in."),
    token: secretName.describe("The secret that holds an API token of Fly.io, such as an app's deploy token."),
  }),
  z.strictObject({
    kind: z.literal("aws").describe("Amazon: the workflow's identity takes a role, and no secret is stored."),
    account: z
      .string()
      .regex(/^\d{12}$/, { error: 'expected an AWS account of twelve digits, in quotes such as "123456789012"' })
      .describe("The account that owns the registry."),
    region: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, { error: "expected an AWS region such as eu-west-1" })
      .describe("The region that the registry is in."),
    role: z
      .string()
      .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, {
        error: "expected the ARN of a role such as arn:aws:iam::123456789012:role/ci",
      })
      .describe("The role that the workflow takes; it must trust GitHub's OIDC provider."),
  }),
  z.strictObject({
    kind: z
      .literal("google")
      .describe("Google Cloud: the workflow's identity acts as a service account, and no secret is stored."),
    provider: z
      .string()
      .regex(/^projects\/\d+\/locations\/global\/workloadIdentityPools\/[a-z0-9-]+\/providers\/[a-z0-9-]+$/, {
        error:
          "expected a provider such as projects/123456789/locations/global/workloadIdentityPools/ci/providers/github",
      })
      .describe("The workload identity provider that trusts this repository."),
    serviceAccount: z
      .string()
      .regex(/^[a-z0-9-]+@[a-z0-9.-]+\.iam\.gserviceaccount\.com$/, {
        error: "expected a service account such as ci@project.iam.gserviceaccount.com",
      })
      .describe("The service account that may push."),
  }),
]);

const place = {
  namespace: imageName
    .optional()
    .describe("What stands between the host and the image's name: ghcr.io/<namespace>/<image>."),
  repository: imageName
    .optional()
    .describe(
      "The one name that images have there, where a registry gives just one: registry.fly.io/<app>. It takes the place of namespace and image.",
    ),
  auth: auth.optional().describe("How jobs log in where it is not with a user name and a password."),
};

export const registry = z
  .strictObject({
    host: z
      .string()
      .regex(HOST, { error: "expected a host name such as ghcr.io" })
      .describe("The registry's host, such as ghcr.io."),
    ...place,
    username: secretName
      .optional()
      .describe("The secret that holds the user name. Without it the workflow's actor logs in."),
    password: secretName
      .optional()
      .describe(
        "The secret that holds the password or token. Without it GITHUB_TOKEN is used, which only ghcr.io accepts.",
      ),
    cleanup: z
      .enum(["packages", "oci", "dockerhub", "ecr"])
      .optional()
      .describe(
        "How images are deleted: GitHub's package API, deletes of the OCI distribution API, Docker Hub's API, or Amazon's. By default as the host wants it.",
      ),
    owner: z
      .enum(["user", "organization"])
      .optional()
      .describe("Whether a user or an organization owns the packages. Without it the workflow asks GitHub."),
  })
  .describe("Where images are pushed.");

export const registryCopy = z.strictObject({
  host: z
    .string()
    .regex(HOST, { error: "expected a host name such as docker.io" })
    .describe("The registry that receives the copies."),
  ...place,
  namespace: imageName.optional().describe("The account there; the registry's own by default."),
  username: secretName.optional().describe("The secret that holds the user name."),
  password: secretName.optional().describe("The secret that holds the password or token."),
  of: z
    .array(z.string())
    .min(1)
    .optional()
    .describe("Whose images are copied: branches with a channel, `nightly`, `release`. All of them by default."),
});
