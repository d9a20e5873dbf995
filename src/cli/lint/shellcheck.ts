/** Runs shellcheck on the scripts of the linted files, where it is installed. */
import type { Finding } from "../../lint/finding.ts";
import type { LintSettings } from "../../lint/settings.ts";
import { userError } from "../../config/user-error.ts";
import type { Io } from "../io.ts";
import type { Subject } from "./subject.ts";

export async function shellcheckFindings(_subject: Subject, _settings: LintSettings, _io: Io): Promise<Finding[]> {
  throw userError("shellcheck is not wired yet.");
}
