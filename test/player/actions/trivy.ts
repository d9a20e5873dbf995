/** aquasecurity/trivy-action: the scenario decides what it finds; what it scans must be there. */
import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { knownAction } from "../../../src/actions/catalogue.ts";
import { type Action, ActionFailed } from "../action.ts";
import { parseReference, registryClient } from "../registry-client.ts";

export const trivy: Action = {
  name: "aquasecurity/trivy-action",
  inputs: Object.keys(knownAction("aquasecurity/trivy-action")?.inputs ?? {}),
  async run(context) {
    const { inputs, env } = context;
    const image = inputs["image-ref"] ?? "";
    const file =
      inputs["input"] || (inputs["scan-type"] && inputs["scan-type"] !== "image" ? (inputs["scan-ref"] ?? ".") : "");
    if (image !== "") {
      const { host, repository, target } = parseReference(image);
      const answer = await registryClient(env, host, repository).request("GET", `manifests/${target}`);
      if (answer.status !== 200)
        throw new ActionFailed(`unable to find the specified image "${image}": ${answer.status}`);
    } else if (!existsSync(resolve(context.workspace, file)))
      throw new ActionFailed(`unable to open ${file}: no such file`);
    const found = context.host.vulnerable(image || file);
    if (inputs["output"])
      writeFileSync(
        resolve(context.workspace, inputs["output"]),
        JSON.stringify({ version: "2.1.0", runs: [{ results: found ? [{ ruleId: "CVE-2026-0001" }] : [] }] }),
      );
    context.print(found ? "Total: 1 (CRITICAL: 1)" : "Total: 0");
    if (found && Number(inputs["exit-code"] || "0") !== 0)
      throw new ActionFailed("Process completed with exit code 1: vulnerabilities found");
    return {};
  },
};
