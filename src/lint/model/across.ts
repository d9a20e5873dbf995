/**
 * Whether a text made in one run can be the text that another run asks for: by its shape (a SHA is so many hexadecimal
 * digits), and by the commits that its symbols mean.
 */
import { isPullEvent, type Commit, commitOf, writtenName } from "./github-values.ts";
import { relationOf } from "./compare.ts";
import { plainNames } from "../../workflow/filters.ts";
import type { Run } from "./model.ts";
import { originOf } from "./runs.ts";
import { type Part, type Template, textOfTemplate } from "./value.ts";

export type Meeting =
  | { same: "yes" | "perhaps" }
  | { same: "no"; because: "commit" | "length" | "text"; made?: Commit | undefined; asked?: Commit | undefined };

const PERHAPS: Meeting = { same: "perhaps" };

/** `made` in `maker` against `asked` in `asker`. */
export function meeting(made: Template, maker: Run, asked: Template, asker: Run): Meeting {
  if (maker === asker) {
    const relation = relationOf(made, asked);
    if (relation === "equal") return { same: "yes" };
  }
  const a = textOfTemplate(made);
  const b = textOfTemplate(asked);
  if (a !== undefined && b !== undefined) return a === b ? { same: "yes" } : { same: "no", because: "text" };
  const x = shapeOf(made);
  const y = shapeOf(asked);
  if ((x.sample !== undefined && !y.pattern.test(x.sample)) || (y.sample !== undefined && !x.pattern.test(y.sample)))
    return { same: "no", because: sameButForLengths(made, asked) ? "length" : "text" };
  if (x.sample === undefined || y.sample === undefined) return PERHAPS;
  return sameCommits(made, maker, asked, asker);
}

interface Shape {
  pattern: RegExp;
  /** One text of that shape; nothing where a part may be anything. */
  sample: string | undefined;
}

const SHA = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567";

function shapeOf(template: Template): Shape {
  let pattern = "";
  let sample: string | undefined = "";
  for (const part of template) {
    if (part.kind === "text") {
      pattern += part.text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
      sample = sample === undefined ? undefined : sample + part.text;
    } else if (isSha(part)) {
      const length = part.length ?? SHA.length;
      pattern += `[0-9a-f]{${length}}`;
      sample = sample === undefined ? undefined : sample + SHA.slice(0, length);
    } else if (isNumber(part)) {
      pattern += "\\d+";
      sample = sample === undefined ? undefined : `${sample}1234567890`;
    } else {
      pattern += "[^]*";
      sample = undefined;
    }
  }
  return { pattern: new RegExp(`^${pattern}$`), sample };
}

const isSha = (part: Part): part is Extract<Part, { kind: "symbol" }> =>
  part.kind === "symbol" &&
  /(?:^|\.|_)(?:sha|after)$|head_commit\.id$/.test(writtenName(part.name)) &&
  writtenName(part.name).startsWith("github.");
const isNumber = (part: Part): part is Extract<Part, { kind: "symbol" }> =>
  part.kind === "symbol" &&
  /^github\.(?:run_id|run_number|run_attempt|event\.number|event\.pull_request\.number|event\.workflow_run\.(?:id|run_number))$/.test(
    part.name,
  );

const sameButForLengths = (a: Template, b: Template): boolean =>
  a.length === b.length &&
  a.every((part, index) => {
    const other = b[index];
    return (
      other !== undefined &&
      (part.kind === "text" ? other.kind === "text" && other.text === part.text : isSha(part) && isSha(other))
    );
  });

function sameCommits(made: Template, maker: Run, asked: Template, asker: Run): Meeting {
  if (made.length !== asked.length) return PERHAPS;
  let same: "yes" | "perhaps" = "yes";
  for (const [index, part] of made.entries()) {
    const other = asked[index];
    if (part.kind === "text" || other?.kind !== "symbol" || part.kind !== "symbol") {
      if (part.kind !== other?.kind) return PERHAPS;
      continue;
    }
    const x = commitOf(part.name, maker);
    const y = commitOf(other.name, asker);
    if (!x || !y) {
      if (part.name !== other.name || maker !== asker) same = "perhaps";
      continue;
    }
    if (part.length !== undefined && other.length !== undefined && part.length !== other.length)
      return { same: "no", because: "length" };
    // A trial merge is never the commit that was proposed, and the default branch's tip is not the tested commit.
    if (
      originOf(maker) === originOf(asker) &&
      x !== y &&
      (x === "merge" || y === "merge" || isPullEvent(originOf(maker).event))
    )
      return { same: "no", because: "commit", made: x, asked: y };
    if (originOf(maker) !== originOf(asker)) {
      if (!neverSameCommit(maker, asker)) same = "perhaps";
      else return { same: "no", because: "commit", made: x, asked: y };
    } else if (x !== y) same = "perhaps";
  }
  return { same };
}

/** A push to named branches only is not of a pull request's commit. */
function neverSameCommit(a: Run, b: Run): boolean {
  const [x, y] = [originOf(a), originOf(b)];
  const named = (run: Run): boolean =>
    run.event === "push" && (run.ref === "tag" || plainNames(run.branches) !== undefined);
  return (x.ref === "pull" && named(y)) || (y.ref === "pull" && named(x));
}
