// What GitHub tells of the event that started the run: the payload, as the runner has written it down.
import { readFileSync } from "node:fs";

/** The payload; empty where the runner names none. */
export const readEvent = () => {
  const file = process.env.GITHUB_EVENT_PATH;
  return file ? JSON.parse(readFileSync(file, "utf8")) : {};
};

/** The commit that people mean: a pull request's head, never the merge commit that GitHub makes of it. */
export const headOf = (event) =>
  event.pull_request?.head?.sha ?? event.merge_group?.head_sha ?? process.env.GITHUB_SHA ?? "";

/** Whether what runs is this repository's own, and not a fork's; of a run that follows another the event does not say. */
export const isOwn = (event, repository) =>
  event.workflow_run === undefined && (!event.pull_request || event.pull_request.head?.repo?.full_name === repository);
