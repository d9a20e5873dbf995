/** The lint pass on texts: what `lint()` of the public API does. */
import type { Finding } from "./lint/finding.ts";
import { judge } from "./lint/judge.ts";
import { infoOf, work } from "./lint/pass.ts";
import { NO_FILES } from "./lint/repository.ts";
import { schemaOf } from "./lint/rule-options.ts";
import { RULES } from "./lint/rules/index.ts";
import { DEFAULT_SETTINGS, type LintSettings } from "./lint/settings.ts";

export interface LintInput {
  /** Workflows and actions by path from the repository's root, with `/`: `.github/workflows/ci.yml`, `action.yml`. */
  files: Readonly<Record<string, string>>;
  /** Other files of the repository that rules may read: Dockerfiles, scripts. */
  others?: Readonly<Record<string, string>>;
  /** Whether `files` holds every workflow and action of the repository. True by default. */
  complete?: boolean;
  settings?: Partial<LintSettings>;
}

export async function lintTexts({ files, others = {}, complete = true, settings = {} }: LintInput): Promise<Finding[]> {
  const all: LintSettings = { ...DEFAULT_SETTINGS, ...settings };
  for (const rule of RULES) {
    const options = all.rules[rule.id]?.options;
    if (rule.options !== undefined && options !== undefined) schemaOf(rule).parse(options);
  }
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }));
  const paths = sources.map(({ path }) => path);
  const texts = new Map([...Object.entries(others), ...Object.entries(files)]);
  const { each, together } = await work(
    { sources, each: paths, together: [{ paths, complete }] },
    () => filesIn(texts),
    RULES,
    all,
  );
  return [
    ...judge({
      found: [...each, ...together].flat(),
      texts: new Map(Object.entries(files)),
      linted: new Set(paths),
      whole: new Set(complete ? paths : []),
      rules: infoOf(RULES, all),
      settings: all,
      maxWarnings: Number.POSITIVE_INFINITY,
    }).findings,
  ];
}

function filesIn(texts: ReadonlyMap<string, string>): typeof NO_FILES {
  const paths = [...texts.keys()];
  return {
    read: (path) => texts.get(path),
    exists: (path) => texts.has(path) || paths.some((other) => other.startsWith(`${path}/`)),
    list(folder) {
      const prefix = folder === "" ? "" : `${folder}/`;
      return [
        ...new Set(
          paths
            .filter((path) => path.startsWith(prefix))
            .map((path) => prefix + (path.slice(prefix.length).split("/")[0] ?? "")),
        ),
      ];
    },
  };
}
