/** SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"), as GitHub's code scanning and editors read it. */
import type { Finding, Level, PresetLevel, RelatedPlace } from "../finding.ts";
import { sourceOf } from "../baseline.ts";
import type { LintReport } from "../report.ts";
import { type Example, EXAMPLE_PATH, type RuleTexts } from "../rule.ts";

/** By name: the schema's own address is where it is published. */
const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

export interface SarifOptions {
  version: string;
  /** The texts of every rule that a finding may name. */
  rules: readonly RuleTexts[];
}

type SarifLevel = "error" | "warning" | "note" | "none";
const LEVELS: Readonly<Record<PresetLevel, SarifLevel>> = {
  error: "error",
  warning: "warning",
  info: "note",
  off: "none",
};

export function reportAsSarif({ findings, textOf }: LintReport, { version, rules }: SarifOptions): string {
  const used = new Set(findings.map(({ rule }) => rule));
  const shown = rules.filter(({ id }) => used.has(id));
  const indexOf = new Map(shown.map(({ id }, index) => [id, index]));
  const seen = new Map<string, number>();
  const results = findings.map((finding) => {
    const source = JSON.stringify([finding.rule, finding.file, sourceOf(finding, textOf)]);
    const ordinal = (seen.get(source) ?? 0) + 1;
    seen.set(source, ordinal);
    return resultOf(finding, indexOf.get(finding.rule), `${hash(source)}:${ordinal}`);
  });
  const driver = { name: "pipewright", version, semanticVersion: version, rules: shown.map(descriptorOf) };
  const log = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [{ tool: { driver }, columnKind: "utf16CodeUnits", results }],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function resultOf(finding: Finding, ruleIndex: number | undefined, fingerprint: string): object {
  const { rule, level, message, related, fix, file } = finding;
  return {
    ruleId: rule,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    level: LEVELS[level satisfies Level],
    message: { text: message },
    locations: [{ physicalLocation: physical(finding) }],
    ...(related.length > 0 && {
      relatedLocations: related.map((place, id) => ({
        id,
        physicalLocation: physical(place),
        message: { text: place.message },
      })),
    }),
    partialFingerprints: { "pipewrightFinding/v1": fingerprint },
    ...(fix &&
      fix.edits.length > 0 && {
        fixes: [
          {
            description: { text: fix.title },
            artifactChanges: [
              {
                artifactLocation: location(file),
                replacements: [...fix.edits]
                  .sort((a, b) => a.start - b.start)
                  .map(({ start, end, text }) => ({
                    deletedRegion: { charOffset: start, charLength: end - start },
                    insertedContent: { text },
                  })),
              },
            ],
          },
        ],
      }),
  };
}

const physical = ({ file, span, start, end }: Finding | RelatedPlace): object => ({
  artifactLocation: location(file),
  region: {
    startLine: start.line,
    startColumn: start.column,
    endLine: end.line,
    endColumn: end.column,
    charOffset: span.start,
    charLength: span.end - span.start,
  },
});

/** A path as a relative reference (RFC 3986): a colon in its first part would make it a scheme. */
const location = (file: string): object => ({
  uri: encodeURI(file.replaceAll("\\", "/")).replace(/[?#:]/g, (character) => encodeURIComponent(character)),
  uriBaseId: "%SRCROOT%",
});

function descriptorOf({ id, family, levels, summary, why, bad, good, checklist }: RuleTexts): object {
  return {
    id,
    name: id.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: summary },
    fullDescription: { text: why },
    help: {
      text: `${summary} ${why} See \`pipewright explain ${id}\`.`,
      markdown: helpMarkdown({ summary, why, bad, good }),
    },
    defaultConfiguration: { level: LEVELS[levels.recommended], enabled: levels.recommended !== "off" },
    properties: { tags: [family, ...(checklist === undefined ? [] : [`checklist/${checklist}`])] },
  };
}

function helpMarkdown({ summary, why, bad, good }: Pick<RuleTexts, "summary" | "why" | "bad" | "good">): string {
  const first = (examples: Example | readonly Example[]): Example =>
    Array.isArray(examples) ? ((examples as readonly Example[])[0] ?? "") : (examples as Example);
  const block = (example: Example): string =>
    Object.entries(typeof example === "string" ? { [EXAMPLE_PATH]: example } : example)
      .map(([path, text]) => `${path === EXAMPLE_PATH ? "" : `\`${path}\`\n\n`}\`\`\`yaml\n${text.trimEnd()}\n\`\`\``)
      .join("\n\n");
  return `**${summary}**\n\n${why}\n\nFound in:\n\n${block(first(bad))}\n\nNot in:\n\n${block(first(good))}\n`;
}

/** 64 bits of FNV-1a: a fingerprint needs to be stable and short, not secret. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text))
    value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
  return value.toString(16).padStart(16, "0");
}
