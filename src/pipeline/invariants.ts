/**
 * What must hold before a byte is written. Each invariant is a question to the config and its plan, and answers with
 * problems that lead to the line of the config; one file a subject, one line here.
 */
import type { Problem } from "../config/problem.ts";
import type { Config } from "../config/schema.ts";
import { actionProblems } from "./invariants/actions.ts";
import { branchProblems } from "./invariants/branches.ts";
import { deploymentProblems } from "./invariants/deployments.ts";
import { destinationProblems } from "./invariants/destinations.ts";
import { expressionProblems } from "./invariants/expressions.ts";
import { groupProblems } from "./invariants/groups.ts";
import { imageProblems } from "./invariants/images.ts";
import { inputProblems } from "./invariants/inputs.ts";
import { lengthProblems } from "./invariants/lengths.ts";
import { limitProblems } from "./invariants/limits.ts";
import { metricProblems } from "./invariants/metrics.ts";
import { nameProblems } from "./invariants/names.ts";
import { orderProblems } from "./invariants/order.ts";
import { publishProblems } from "./invariants/publish.ts";
import { registryProblems } from "./invariants/registries.ts";
import { referenceProblems } from "./invariants/references.ts";
import { retentionProblems } from "./invariants/retention.ts";
import { scriptProblems } from "./invariants/scripts.ts";
import { textProblems } from "./invariants/texts.ts";
import { trustProblems } from "./invariants/trust.ts";
import { variableProblems } from "./invariants/variables.ts";
import { callProblems } from "./invariants/calls.ts";
import { chainProblems } from "./invariants/chains.ts";
import { tagProblems } from "./tags.ts";
import type { Pipeline, RepositoryFacts } from "./types.ts";

export type Invariant = (config: Config, pipeline: Pipeline, repository: RepositoryFacts) => Problem[];

const INVARIANTS: readonly Invariant[] = [
  referenceProblems,
  branchProblems,
  imageProblems,
  registryProblems,
  (_config, pipeline) =>
    tagProblems(pipeline.rules).map((problem) => ({ ...problem, path: ["tags", ...problem.path] })),
  retentionProblems,
  deploymentProblems,
  groupProblems,
  trustProblems,
  chainProblems,
  orderProblems,
  callProblems,
  publishProblems,
  destinationProblems,
  nameProblems,
  limitProblems,
  lengthProblems,
  metricProblems,
  actionProblems,
  scriptProblems,
  expressionProblems,
  textProblems,
  variableProblems,
  inputProblems,
];

export function checkInvariants(config: Config, pipeline: Pipeline, repository: RepositoryFacts): Problem[] {
  return INVARIANTS.flatMap((invariant) => invariant(config, pipeline, repository));
}
