/** In which workflow's runs the tests of a consumer are found. */
import type { Consumer, Pipeline } from "./types.ts";

/** The name of the workflow: the one that builds, where it calls the tests, else the consumer's own or its group's. */
export const runOfConsumer = ({ topology, workflows }: Pipeline, { workflow }: Consumer): string =>
  topology === "workflow_call" ? (workflows.build?.name ?? workflow) : workflow;
