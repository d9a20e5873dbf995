/** actions/attest and its kin: need a signing identity, and the image that they sign must be in the registry. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { knownAction } from "../../../src/actions/catalogue.ts";
import { type Action, type ActionContext, ActionFailed } from "../action.ts";
import { allows } from "../permissions.ts";
import { parseReference, registryClient } from "../registry-client.ts";

async function attestSubject({ inputs, job, env, workspace }: ActionContext): Promise<Record<string, string>> {
  for (const scope of ["id-token", "attestations"])
    if (!allows(job.permissions, scope, "write"))
      throw new ActionFailed(`Failed to get ID token: the job lacks ${scope}: write.`);
  const {
    "subject-name": name = "",
    "subject-digest": digest = "",
    "subject-path": path = "",
    "subject-checksums": checksums = "",
  } = inputs;
  if ([digest, path, checksums].filter((subject) => subject !== "").length !== 1)
    throw new ActionFailed("One of subject-path, subject-digest, or subject-checksums must be provided");
  const file = checksums || (/[*?\n]/.test(path) ? "" : path);
  if (file !== "" && !existsSync(resolve(workspace, file)))
    throw new ActionFailed(`Could not find subject at path ${file}`);
  if (digest !== "") {
    if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new ActionFailed(`subject-digest is not a digest: ${digest}`);
    if (inputs["push-to-registry"] === "true") {
      // Docker Hub's name in subjects (actions/attest, README); logins and pushes know it as docker.io.
      const { host, repository } = parseReference(`${name.replace(/^index\.docker\.io\//, "docker.io/")}@${digest}`);
      const answer = await registryClient(env, host, repository).request("HEAD", `manifests/${digest}`);
      if (answer.status !== 200)
        throw new ActionFailed(`The subject ${name}@${digest} is not in the registry: ${answer.status}`);
    }
  }
  return { "attestation-id": "1" };
}

/** `reads` names the input with a file that must be there. */
const attester = (name: string, inputs: readonly string[], reads?: string): Action => ({
  name,
  inputs,
  async run(context) {
    const file = reads === undefined ? "" : (context.inputs[reads] ?? "");
    if (file !== "" && !existsSync(resolve(context.workspace, file)))
      throw new ActionFailed(`ENOENT: no such file or directory, open '${file}'`);
    return attestSubject(context);
  },
});

const inputsOf = (name: string): string[] => Object.keys(knownAction(name)?.inputs ?? {});
/** github.com/actions/attest, README: the catalogue does not know it, since nothing emits it. */
const ATTEST_INPUTS = [
  "subject-path",
  "subject-digest",
  "subject-name",
  "subject-checksums",
  "predicate-type",
  "predicate",
  "predicate-path",
  "sbom-path",
  "push-to-registry",
  "create-storage-record",
  "show-summary",
  "github-token",
];

export const attesters: readonly Action[] = [
  attester("actions/attest-build-provenance", inputsOf("actions/attest-build-provenance")),
  attester("actions/attest-sbom", inputsOf("actions/attest-sbom"), "sbom-path"),
  attester("actions/attest", ATTEST_INPUTS, "predicate-path"),
];
