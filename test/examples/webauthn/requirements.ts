/** Every requirement of the WebAuthn server's plan that files can meet, and the ones that are left to people. */
import { numbered } from "../support/topics.ts";
import { lifecycleRows } from "./rows/lifecycle.ts";
import { measureRows, migrationRows, peopleRows, testingRows } from "./rows/people.ts";
import { publishingRows } from "./rows/publishing.ts";

export const topics = numbered([
  ["One run, and how long images live", lifecycleRows],
  ["What is published", publishingRows],
  ["Risks, migration and going back", migrationRows],
  ["Tests", testingRows],
  ["Measures and benefits", measureRows],
  ["People", peopleRows],
]);
