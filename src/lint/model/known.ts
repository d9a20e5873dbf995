/** Reasoning with what is not always known. */
import type { Known } from "./model.ts";

export const and = (...known: Known[]): Known =>
  known.includes(false) ? false : known.every((one) => one === true) ? true : undefined;
