// The plan of this repository's pipelines, as data, which lies beside the programs.
import { readFileSync } from "node:fs";
import { environment } from "./environment.mjs";

/** The version of the file's shape that these programs know. */
const VERSION = 1;

const file = new URL("../plan.json", import.meta.url);

/** This pipeline's part of the plan. Throws where there is none, or it is of another version. */
export function readPlan() {
  const whole = JSON.parse(readFileSync(file, "utf8"));
  if (whole.version !== VERSION)
    throw new Error(
      `plan.json has the version ${whole.version}, and these programs know ${VERSION}: generate the files again.`,
    );
  const own = whole.pipelines[environment.PIPELINE ?? ""];
  if (own === undefined)
    throw new Error(`plan.json has no pipeline "${environment.PIPELINE}": generate the files again.`);
  return own;
}
