/** Versions of thousands of runs, on branches of any name: all are valid, and those of one kind grow with the runs. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOSTILE } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

/** The expression that semver.org suggests, without build metadata. */
const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?$/;
const RUNS = { numRuns: 20 };

/** Semantic Versioning 2.0.0, section 11. Below 0 when `a` comes before `b`. */
function precedence(a: string, b: string): number {
  const [left, right] = [SEMVER.exec(a) ?? [], SEMVER.exec(b) ?? []];
  for (const part of [1, 2, 3]) if (left[part] !== right[part]) return Number(left[part]) - Number(right[part]);
  if (left[4] === undefined || right[4] === undefined)
    return Number(left[4] === undefined) - Number(right[4] === undefined);
  const [ours, theirs] = [left[4].split("."), right[4].split(".")];
  for (const [index, one] of ours.entries()) {
    const other = theirs[index];
    if (other === undefined) return 1;
    if (one === other) continue;
    const numeric = [/^\d+$/.test(one), /^\d+$/.test(other)];
    if (numeric[0] && numeric[1]) return Number(one) - Number(other);
    if (numeric[0] !== numeric[1]) return numeric[0] ? -1 : 1;
    return one < other ? -1 : 1;
  }
  return ours.length - theirs.length;
}

/** Runs a function of lib/version.sh on each list of words, in one bash; gives what it leaves in REPLY, or its refusal. */
function each(name: string, inputs: readonly (readonly string[])[], locale = "C.UTF-8"): string[] {
  const folder = mkdtempSync(join(tmpdir(), "pipewright-versions-"));
  try {
    const words = inputs[0]?.length ?? 0;
    const script = `source "$LIBRARY"
      while true; do
        words=()
        for ((index = 0; index < ${words}; index++)); do IFS= read -r -d "" word || exit 0; words+=("$word"); done
        if ${name} "\${words[@]}"; then printf '%s\\0' "$REPLY"; else printf 'refused\\0'; fi
      done`;
    const run = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
      cwd: folder,
      input: inputs
        .flat()
        .map((word) => `${word}\0`)
        .join(""),
      encoding: "utf8",
      maxBuffer: 1 << 26,
      env: { PATH: process.env["PATH"], LC_ALL: locale, LIBRARY: resolve("templates/lib/version.sh") },
    });
    expect(run.stderr).toBe("");
    expect(run.status).toBe(0);
    expect(readdirSync(folder), "an input was executed").toEqual([]);
    return run.stdout.split("\0").slice(0, -1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const number = fc.nat({ max: 10_000 });
const runNumber = fc.integer({ min: 1, max: 1_000_000 });
const branch = fc
  .oneof(
    fc.constantFrom(
      ...HOSTILE,
      "feature/x",
      "007",
      "pr",
      "Nightly",
      "-",
      "",
      "İ",
      "a".repeat(300),
      "---",
      "1.2.3",
      "v1.2.3-rc.1",
    ),
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: fc.constantFrom(..."-./_019aZ"), maxLength: 60 }),
  )
  .map((text) => Buffer.from(text.replaceAll("\0", "")).toString());

describe.skipIf(missing("bash"))("versions", () => {
  it("of a base of two numbers grow with every run", () => {
    fc.assert(
      fc.property(
        number,
        number,
        fc.uniqueArray(runNumber, { minLength: 2, maxLength: 50 }),
        (major, minor, numbers) => {
          const runs = numbers.toSorted((a, b) => a - b);
          const versions = each(
            "base_version",
            runs.map((run) => [`${major}.${minor}`, String(run)]),
          );
          expect(versions.filter((version) => !SEMVER.test(version))).toEqual([]);
          expect(versions.toSorted(precedence)).toEqual(versions);
          expect(new Set(versions).size).toBe(versions.length);
        },
      ),
      RUNS,
    );
  });

  it("take only a base of two or three numbers without leading zeros", () => {
    const bases = [
      "1",
      "1.0",
      "1.2.3",
      "01.0",
      "1.00",
      "1.2.03",
      "1.2.3.4",
      "v1.2",
      "1.2-rc",
      "",
      " 1.2",
      "1.2\n",
      "١.٢",
      ...HOSTILE,
    ];
    expect(
      each(
        "base_version",
        bases.map((base) => [base, "57"]),
      ).filter((result) => result !== "refused"),
    ).toEqual(["1.0.57", "1.2.3"]);
  });

  it.each(["C", "C.UTF-8"])(
    "of any branch are valid, belong to no other kind, and grow with the runs in the locale %s",
    (locale) => {
      fc.assert(
        fc.property(fc.array(branch, { minLength: 1, maxLength: 60 }), runNumber, (branches, run) => {
          const identifiers = each(
            "branch_identifier",
            branches.map((name) => [name]),
            locale,
          );
          expect(identifiers).toHaveLength(branches.length);
          for (const identifier of identifiers) {
            const [earlier, later] = [`1.0.3-${identifier}.${run}`, `1.0.3-${identifier}.${run + 1}`];
            expect(earlier).toMatch(SEMVER);
            expect(precedence(earlier, later)).toBeLessThan(0);
            expect(precedence(earlier, "1.0.3")).toBeLessThan(0);
            expect(identifier).not.toMatch(/^(pr|queue|nightly|manual|\d+)$/);
            expect(identifier.length).toBeLessThanOrEqual(47);
          }
        }),
        RUNS,
      );
    },
  );

  it("are told valid or not as semver.org tells them", () => {
    const odd = [
      "1.0.0-0a",
      "1.0.0-01",
      "1.0.0-0",
      "1.0.0--",
      "1.0.0-a..b",
      "1.0.0-",
      "1.0.0-a.",
      "1.0.0+b",
      "1.0.0-rc.1",
      "1.0.0-x-y.0.z9",
      "00.1.1",
      "1.0",
      "1.0.0-ä",
      "1.0.0-a\n",
      ...HOSTILE,
    ];
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(..."01a-.+"), maxLength: 14 }).map((tail) => `1.0.0-${tail}`),
      fc.string({ unit: fc.constantFrom(..."01a-.+"), maxLength: 14 }),
      fc.constantFrom(...odd),
    );
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 300 }), (texts) => {
        const valid = each(
          "is_semver",
          texts.map((one) => [one]),
        ).map((result) => result !== "refused");
        expect(valid).toEqual(texts.map((one) => SEMVER.test(one)));
      }),
      RUNS,
    );
  });
});
