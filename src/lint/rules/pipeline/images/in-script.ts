import type { Effect } from "../../../model/model.ts";
import type { RepositoryContext } from "../../../rule.ts";

type Report = RepositoryContext["report"];

/** A finding about what a script of the repository does stands at its call, and says where the command is. */
export const inScript = (report: Report, { script }: Pick<Effect, "script">): Report =>
  script === undefined
    ? report
    : (document, at, message, details) => report(document, at, `In ${script.path}: ${message}`, details);
