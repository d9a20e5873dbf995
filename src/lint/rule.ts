/**
 * One shape for every rule: what it is called, why it matters, an example that it finds and one that it leaves alone,
 * and what it looks at. The examples are run as tests and printed by `pipewright explain`.
 */
import type { ActionDocument, Document, Job, Step, WorkflowDocument } from "../workflow/document/document.ts";
import type { ExpressionSite } from "../workflow/document/expression-sites.ts";
import type { Span } from "../workflow/yaml/node.ts";
import type { Family, Fix, Level, PresetLevel } from "./finding.ts";
import type { Repository } from "./repository.ts";
import type { Script } from "./scripts.ts";
import type { LintSettings } from "./settings.ts";

/** A workflow's text, or several files by path; a path's ending tells what it is. */
export type Example = string | Readonly<Record<string, string>>;

/** The path that an example of one file has. */
export const EXAMPLE_PATH = ".github/workflows/example.yml";

export interface RuleTexts {
  /** Kebab-case; also the name of its file. */
  id: string;
  family: Family;
  /** The level under each preset. `strict` holds everything, so it is `off` only for what contradicts another rule. */
  levels: { recommended: PresetLevel; strict: PresetLevel };
  /** The item of the best-practices checklist that this rule answers, such as `10.1.1`. */
  checklist?: string;
  /** One sentence: what is right. "Every job states how long it may run." */
  summary: string;
  /** One to four sentences: what happens otherwise, with the source of the fact. */
  why: string;
  /** The rule finds something in each. */
  bad: Example | readonly Example[];
  /** The rule finds nothing in any. */
  good: Example | readonly Example[];
  /** Settings under which the examples are read, where the rule asks for some. */
  exampleSettings?: Partial<LintSettings>;
  /** Some of its findings carry a fix. */
  fixable?: boolean;
  /** Names the newest releases of other tools do not know, or that GitHub Enterprise Server lacks. */
  optInFix?: boolean;
  /** Judges the run itself, suppressions and the baseline: it looks at what the other rules found, in `judge.ts`. */
  onTheRun?: boolean;
}

export interface ReportDetails {
  related?: readonly { in?: Document; at: Span; message: string }[];
  fix?: Fix | undefined;
  /** Lower or raise this one finding; configuration still has the last word. */
  level?: Level;
}

/** What a visitor gets beside its subject. */
export interface RuleContext<Options = undefined> {
  readonly settings: LintSettings;
  readonly options: Options;
  /** The document that is being read. */
  readonly document: Document;
  /** `at` is any node or span of the document. */
  report(at: Span, message: string, details?: ReportDetails): void;
}

/** For rules that see every file of the repository. */
export interface RepositoryContext<Options = undefined> {
  readonly settings: LintSettings;
  readonly options: Options;
  readonly repository: Repository;
  report(document: Document, at: Span, message: string, details?: ReportDetails): void;
}

/** The kinds of values that options have; `rule-options.ts` makes schemas of them, so that a run without a configuration loads none. */
export type OptionValue =
  | { type: "number"; integer?: boolean; /** Without one: any above zero. */ least?: number; default: number }
  | { type: "texts"; default: readonly string[] };

/** Every option of a rule with its default. */
export type OptionsOf<Options> = { readonly [Name in keyof Options]: Extract<OptionValue, { default: Options[Name] }> };

/** A rule on one file at a time: what it finds depends on that file's text and the settings alone. */
export interface DocumentRule<Options = undefined> extends RuleTexts {
  options?: OptionsOf<Options>;
  document?(document: Document, context: RuleContext<Options>): void;
  workflow?(workflow: WorkflowDocument, context: RuleContext<Options>): void;
  action?(action: ActionDocument, context: RuleContext<Options>): void;
  job?(job: Job, context: RuleContext<Options>): void;
  /** Steps of jobs and of composite actions. */
  step?(step: Step, context: RuleContext<Options>): void;
  expression?(site: ExpressionSite, context: RuleContext<Options>): void;
  /** `run:` blocks in bash or sh. */
  script?(script: Script, context: RuleContext<Options>): void;
}

/** A rule on the repository as a whole. */
export interface RepositoryRule<Options = undefined> extends RuleTexts {
  options?: OptionsOf<Options>;
  repository(context: RepositoryContext<Options>): void;
}

// The engine treats options of all rules alike; each rule's own visitor knows their type.
export type Rule = DocumentRule<never> | RepositoryRule<never>;

export const rule = <Options = undefined>(definition: DocumentRule<Options>): Rule => definition as unknown as Rule;
export const repositoryRule = <Options = undefined>(definition: RepositoryRule<Options>): Rule =>
  definition as unknown as Rule;

export const seesRepository = (candidate: Rule): candidate is RepositoryRule<never> => "repository" in candidate;
