/** Where images are pushed, and where they are copied to. */
import * as z from "zod";
import { imageName, secretName } from "./values.ts";

/** Without a dot or a port, Docker takes the first part of an image's name for an account of Docker Hub. */
const HOST = /^(localhost|[a-z0-9]+([.-]+[a-z0-9]+)*\.[a-z0-9]+|[a-z0-9]+([.-]+[a-z0-9]+)*(?=:))(:\d+)?$/;

export const registry = z
  .strictObject({
    host: z.string().regex(HOST, { error: "expected a host name such as ghcr.io" }).describe("The registry's host, such as ghcr.io."),
    namespace: imageName.optional().describe("What stands between the host and the image's name: ghcr.io/<namespace>/<image>."),
    username: secretName.optional().describe("The secret that holds the user name. Without it the workflow's actor logs in."),
    password: secretName.optional().describe("The secret that holds the password or token. Without it GITHUB_TOKEN is used, which only ghcr.io accepts."),
    cleanup: z.enum(["packages", "oci"]).optional().describe("How images are deleted: GitHub's package API, or deletes of the OCI distribution API."),
    owner: z.enum(["user", "organization"]).optional().describe("Whether a user or an organization owns the packages. Without it the workflow asks GitHub."),
  })
  .describe("Where images are pushed.");

export const registryCopy = z.strictObject({
  host: z.string().regex(HOST, { error: "expected a host name such as docker.io" }).describe("The registry that receives the copies."),
  namespace: imageName.optional().describe("The account there; the registry's own by default."),
  username: secretName.describe("The secret that holds the user name."),
  password: secretName.describe("The secret that holds the password or token."),
  of: z.array(z.string()).min(1).optional().describe("Whose images are copied: branches with a channel, `nightly`, `release`. All of them by default."),
});
