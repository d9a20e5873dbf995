/** actions/attest-build-provenance: needs a signing identity, and the image that it signs must be in the registry. */
import { knownAction } from "../../../src/actions/catalogue.ts";
import { type Action, ActionFailed } from "../action.ts";
import { allows } from "../permissions.ts";
import { parseReference, registryClient } from "../registry-client.ts";

export const attestBuildProvenance: Action = {
  name: "actions/attest-build-provenance",
  inputs: Object.keys(knownAction("actions/attest-build-provenance")?.inputs ?? {}),
  async run(context) {
    const { inputs, job, env } = context;
    for (const scope of ["id-token", "attestations"]) if (!allows(job.permissions, scope, "write")) throw new ActionFailed(`Failed to get ID token: the job lacks ${scope}: write.`);
    const { "subject-name": name = "", "subject-digest": digest = "" } = inputs;
    if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new ActionFailed(`subject-digest is not a digest: ${digest}`);
    const { host, repository } = parseReference(`${name}@${digest}`);
    if (inputs["push-to-registry"] === "true") {
      const answer = await registryClient(env, host, repository).request("HEAD", `manifests/${digest}`);
      if (answer.status !== 200) throw new ActionFailed(`The subject ${name}@${digest} is not in the registry: ${answer.status}`);
    }
    return { "attestation-id": "1" };
  },
};
