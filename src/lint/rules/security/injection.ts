/** What the rules on script injection share: where somebody else's text becomes code, and how to say it. */
import type { Document } from "../../../workflow/document/document.ts";
import type { ExpressionSite } from "../../../workflow/document/expression-sites.ts";
import { spanInFile } from "../../../workflow/expressions/embedded.ts";
import type { Span } from "../../../workflow/yaml/node.ts";
import type { Level } from "../../finding.ts";
import type { ReportDetails } from "../../rule.ts";
import { PRIVILEGED_EVENTS } from "../../taint/sources.ts";
import type { Taint, TaintAnalysis } from "../../taint/model.ts";
import { type CodeSink, codeSinksOf } from "./code-sinks.ts";

export interface Injection {
  sink: CodeSink;
  site: ExpressionSite;
  /** What is written at the sink: `steps.meta.outputs.title`. */
  written: string;
  at: Span;
  taint: Taint;
}

/** Every place of a document where a value that somebody decides is pasted into code. */
export function injectionsIn(document: Document, analysis: TaintAnalysis): Injection[] {
  return codeSinksOf(document).flatMap((sink) =>
    sink.expressions.flatMap((site) =>
      analysis.within(site, { job: site.job, step: site.step }).map(({ reference, taint }) => {
        const at = spanInFile(document.file.text, site, reference);
        return { sink, site, written: site.text.slice(reference.start, reference.end), at, taint };
      }),
    ),
  );
}

/** A name, and no description. */
export const isName = (source: string): boolean => /^(?:github|inputs)\b|^\$/i.test(source);

const listed = (events: readonly string[]): string =>
  events.length === 0 ? "" : ` on \`${events.slice(0, 3).join("`, `")}\``;
const namesOf = ({ events }: Taint): string[] => events.filter((event) => event !== "any" && event !== "workflow_call");

/** What is wrong, and what to do. */
export function injectionMessage({ sink, written, taint }: Injection): string {
  const own = written === taint.source;
  const value = own
    ? `\`${written}\``
    : `\`${written}\`, which holds ${isName(taint.source) ? `\`${taint.source}\`` : taint.source},`;
  const move =
    sink.language === "javascript"
      ? "Pass it through `env:` and read `process.env`."
      : "Pass it through `env:` and use the variable in quotes.";
  if (taint.events.length === 0)
    return `${value} becomes part of ${sink.what}. No event of this workflow sets it, so it is empty today, and code from ${taint.trust === "anyone" ? "anybody" : "whoever sets it"} as soon as one does. ${move}`;
  const who =
    taint.trust === "anyone"
      ? "anybody can put code into it"
      : namesOf(taint).length === 0
        ? "whoever calls can put code into it"
        : "whoever starts or names it can put code into it";
  return `${value} becomes part of ${sink.what}, and ${who}${listed(namesOf(taint))}. ${move}`;
}

/**
 * The branches of `workflow_run.pull_requests`: that run belongs to the default branch, and has the environments and
 * secrets that whoever may only push a branch does not get at.
 */
export const crossesBranches = ({ trust, events, source }: Taint): boolean =>
  trust === "contributor" && events.includes("workflow_run") && /\bpull_requests\b/i.test(source);

/** With the repository's token and secrets at hand it is an error; in a run without them it is the runner that is lost. */
export function injectionLevel({ taint }: Injection): Level {
  if (taint.events.length === 0) return "info";
  return taint.trust === "anyone" && taint.events.some((event) => PRIVILEGED_EVENTS.has(event)) ? "error" : "warning";
}

/** The stops before the sink itself. */
export const wayTo = (taint: Taint, document: Document, at: Span): NonNullable<ReportDetails["related"]> =>
  taint.way.filter((stop) => stop.in !== document || stop.at.start !== at.start || stop.at.end !== at.end);
