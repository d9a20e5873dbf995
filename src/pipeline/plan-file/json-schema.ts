/** The published schema of `plan.json`: what a reader of the emitted file may hold it against. */
import { published } from "../../config/json-schema.ts";
import { planFileSchema } from "./schema.ts";

/** The schema file's text, byte for byte. */
export const planJsonSchema = (): string => published(planFileSchema, "urn:pipewright:schema:plan", "Pipewright plan");
