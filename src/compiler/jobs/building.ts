/** Where the jobs that build stand: in the run itself, or in the workflow that several kinds of run call. */
import {
  callsBuilds,
  groupJobId,
  planJobId,
  plansInCall,
  type RunKind,
  type Runs,
  runsThatBuild,
  soleGroup,
} from "../../pipeline/runs.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import type { Scalar } from "../../workflow/model.ts";
import { expression, plannedIn } from "../expressions.ts";
import { type Planning, planning } from "./plan.ts";

export interface Building {
  /** The kinds of run that it is for. */
  runs: Runs;
  /** An expression for what was decided: class, tag, sha, version or push. */
  planned(name: "class" | "tag" | "sha" | "version" | "push"): string;
  /** An expression for all of it, as the programs take it. */
  plan: string;
  /** The version, where it is not the plan's own. */
  version: Scalar | undefined;
  /** The job that decides, for others to wait for; none where another workflow has it. */
  needs: readonly string[];
  /** What the only job that builds decides besides. */
  planning: Planning | undefined;
}

/** In a run that builds by itself. */
export function buildingInRun(pipeline: Pipeline, run: RunKind): Building {
  const planned = plannedIn(pipeline, run);
  const sole = soleGroup(pipeline, run) !== undefined;
  return {
    runs: run,
    planned,
    plan: planned("plan"),
    version: sole ? undefined : expression(planned("version")),
    needs: [planJobId(pipeline, run)],
    planning: sole ? planning(pipeline, run) : undefined,
  };
}

/** In the workflow that is called, which decides itself, or is told. */
export function buildingInCall(pipeline: Pipeline): Building {
  if (!callsBuilds(pipeline)) throw new Error("Nothing calls what is built.");
  const runs = runsThatBuild(pipeline);
  const sole = plansInCall(pipeline) ? soleGroup(pipeline, runs) : undefined;
  if (sole === undefined)
    return {
      runs,
      planned: (name) => (name === "version" ? "inputs.version" : `fromJSON(inputs.plan).${name}`),
      plan: "inputs.plan",
      version: expression("inputs.version"),
      needs: [],
      planning: undefined,
    };
  const job = `needs.build-${sole.key}.outputs`;
  return {
    runs,
    planned: (name) => `${job}.${name}`,
    plan: `${job}.plan`,
    version: undefined,
    needs: [groupJobId(sole)],
    planning: planning(pipeline, runs),
  };
}

/** What was decided, as the steps of a job see it: of the job that decides itself, its own steps. */
export const asSeenIn = ({ planning: own, planned, plan }: Building): Pick<Building, "planned" | "plan"> =>
  own ? { planned: (name) => `steps.plan.outputs.${name}`, plan: "steps.plan.outputs.plan" } : { planned, plan };

/** A condition on what is a boolean in the plan's JSON, and a text as the output of a job. */
export const canPush = (push: string): string => (push.startsWith("fromJSON(") ? push : `${push} == 'true'`);
