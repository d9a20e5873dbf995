// What GitHub tells of the event that started the run: the payload, as the runner has written it down.
import { readFileSync } from "node:fs";

/** The payload; empty where the runner names none. */
export const readEvent = () => {
  const file = process.env.GITHUB_EVENT_PATH;
  return file ? JSON.parse(readFileSync(file, "utf8")) : {};
};
