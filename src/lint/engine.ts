/** Runs rules over documents. Pure: same documents and settings, same findings in the same order. */
import type { Document } from "../workflow/document/document.ts";
import { jobsOf, stepsOf } from "../workflow/document/document.ts";
import { expressionsOf } from "../workflow/document/expression-sites.ts";
import type { Span } from "../workflow/yaml/node.ts";
import { positionAt } from "../workflow/yaml/position.ts";
import { isBroken } from "../workflow/yaml/read.ts";
import type { Finding, Level, RelatedPlace } from "./finding.ts";
import { inOrder } from "./in-order.ts";
import type { Repository } from "./repository.ts";
import {
  type DocumentRule,
  type OptionValue,
  type ReportDetails,
  type RepositoryContext,
  type RepositoryRule,
  type Rule,
  type RuleContext,
  seesRepository,
} from "./rule.ts";
import { scriptsOf } from "./scripts.ts";
import { type LintSettings, settingsFor } from "./settings.ts";

export { inOrder };

/** The level of a rule under the settings; nothing where it is off. */
export function levelOf({ id, levels }: Rule, { preset, rules }: LintSettings): Level | undefined {
  const level = rules[id]?.level ?? levels[preset];
  return level === "off" ? undefined : level;
}

const merged = new WeakMap<LintSettings, Map<Rule, unknown>>();

/** What is configured over the defaults; it was held against the schema before (`rule-options.ts`). */
function optionsOf(rule: Rule, settings: LintSettings): never {
  if (rule.options === undefined) return undefined as never;
  let known = merged.get(settings);
  if (!known) merged.set(settings, (known = new Map()));
  if (!known.has(rule)) {
    const defaults = Object.entries<OptionValue>(rule.options).map(([name, option]) => [name, option.default]);
    known.set(rule, { ...Object.fromEntries(defaults), ...(settings.rules[rule.id]?.options as object | undefined) });
  }
  return known.get(rule) as never;
}

/** A file that is not YAML has no meaning that other rules could judge. */
const SYNTAX_RULE = "yaml-syntax";

/** Whether a rule is on anywhere. */
export const isActive = (rule: Rule, settings: LintSettings): boolean =>
  levelOf(rule, settings) !== undefined ||
  settings.overrides.some(({ rules }) => (rules[rule.id]?.level ?? "off") !== "off");

type Visit = (subject: never, context: RuleContext<never>) => void;
const KINDS = ["document", "workflow", "action", "job", "step", "expression", "script"] as const;
type Kind = (typeof KINDS)[number];

/** Which rules look at what: the same for every document under the same settings. */
type Interests = ReadonlyMap<Kind, readonly { rule: DocumentRule<never>; visit: Visit }[]>;

const prepared = new WeakMap<readonly Rule[], WeakMap<LintSettings, Interests>>();

function interestsOf(rules: readonly Rule[], settings: LintSettings): Interests {
  let bySettings = prepared.get(rules);
  if (!bySettings) prepared.set(rules, (bySettings = new WeakMap()));
  let interests = bySettings.get(settings);
  if (!interests) {
    const active = rules.filter(
      (rule): rule is DocumentRule<never> => !seesRepository(rule) && levelOf(rule, settings) !== undefined,
    );
    interests = new Map(
      KINDS.map((kind) => [
        kind,
        active.flatMap((rule) => (rule[kind] === undefined ? [] : [{ rule, visit: (rule[kind] as Visit).bind(rule) }])),
      ]),
    );
    bySettings.set(settings, interests);
  }
  return interests;
}

const subjectsOf: { [K in Kind]: (document: Document) => readonly unknown[] } = {
  document: (document) => [document],
  workflow: (document) => (document.kind === "workflow" ? [document] : []),
  action: (document) => (document.kind === "action" ? [document] : []),
  job: jobsOf,
  step: stepsOf,
  expression: expressionsOf,
  script: scriptsOf,
};

/** What the rules on single files find in one document. */
export function lintDocument(document: Document, rules: readonly Rule[], everywhere: LintSettings): Finding[] {
  const settings = settingsFor(everywhere, document.file.path);
  const findings: Finding[] = [];
  const broken = isBroken(document.file.yaml);
  const contexts = new Map<DocumentRule<never>, RuleContext<never>>();
  const contextOf = (rule: DocumentRule<never>): RuleContext<never> => {
    let context = contexts.get(rule);
    if (!context) {
      context = {
        settings,
        options: optionsOf(rule, settings),
        document,
        report: (at, message, details) => void findings.push(findingOf(rule, settings, document, at, message, details)),
      };
      contexts.set(rule, context);
    }
    return context;
  };
  for (const [kind, all] of interestsOf(rules, settings)) {
    const interested = broken ? all.filter(({ rule }) => rule.id === SYNTAX_RULE) : all;
    const subjects = interested.length === 0 ? [] : subjectsOf[kind](document);
    if (subjects.length === 0) continue;
    // Rule by rule: what is found is put in order afterwards, and a function that stays with its kind of thing is fast.
    for (const { rule, visit } of interested) {
      const context = contextOf(rule);
      try {
        for (const subject of subjects) visit(subject as never, context);
      } catch (error) {
        throw failureOf(rule, document.file.path, error);
      }
    }
  }
  return inOrder(findings);
}

const preparedTogether = new WeakMap<readonly Rule[], WeakMap<LintSettings, readonly RepositoryRule<never>[]>>();

function activeTogether(rules: readonly Rule[], settings: LintSettings): readonly RepositoryRule<never>[] {
  let bySettings = preparedTogether.get(rules);
  if (!bySettings) preparedTogether.set(rules, (bySettings = new WeakMap()));
  let active = bySettings.get(settings);
  if (!active)
    bySettings.set(
      settings,
      (active = rules.filter(
        (rule): rule is RepositoryRule<never> => seesRepository(rule) && isActive(rule, settings),
      )),
    );
  return active;
}

/** What the rules on the repository find in all of its documents. */
export function lintRepository(repository: Repository, rules: readonly Rule[], settings: LintSettings): Finding[] {
  const findings: Finding[] = [];
  const readable = { ...repository, documents: repository.documents.filter(({ file }) => !isBroken(file.yaml)) };
  for (const rule of activeTogether(rules, settings)) {
    const context: RepositoryContext<never> = {
      settings,
      options: optionsOf(rule, settings),
      repository: readable,
      report: (document, at, message, details) => {
        const here = settingsFor(settings, document.file.path);
        if (levelOf(rule, here) !== undefined) findings.push(findingOf(rule, here, document, at, message, details));
      },
    };
    try {
      rule.repository(context);
    } catch (error) {
      throw failureOf(rule, "the repository", error);
    }
  }
  return inOrder(findings);
}

/** A rule must survive everything; whoever meets the one that does not can leave it out until it is mended. */
const failureOf = ({ id }: Rule, where: string, cause: unknown): Error =>
  new Error(
    `The rule \`${id}\` failed on ${where}: ${cause instanceof Error ? cause.message : String(cause)}. \`--skip ${id}\` leaves it out.`,
    { cause },
  );

function findingOf(
  rule: Rule,
  settings: LintSettings,
  document: Document,
  at: Span,
  message: string,
  details: ReportDetails = {},
): Finding {
  const configured = settings.rules[rule.id]?.level;
  const level = (configured === "off" ? undefined : configured) ?? details.level ?? levelOf(rule, settings) ?? "info";
  return {
    rule: rule.id,
    family: rule.family,
    level,
    ...placeOf(document, at),
    message,
    related: (details.related ?? []).map(({ in: other, at: place, message: text }): RelatedPlace => ({
      ...placeOf(other ?? document, place),
      message: text,
    })),
    ...(details.fix === undefined ? {} : { fix: details.fix }),
  };
}

function placeOf({ file }: Document, { start, end }: Span): Pick<Finding, "file" | "span" | "start" | "end"> {
  const span = {
    start: Math.min(Math.max(start, 0), file.text.length),
    end: Math.min(Math.max(end, start, 0), file.text.length),
  };
  return { file: file.path, span, start: positionAt(file.lines, span.start), end: positionAt(file.lines, span.end) };
}
