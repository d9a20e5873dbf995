/** What may be deleted: random registries and policies, held against an oracle that shares no code with the program. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Decision,
  type Manifest,
  type Settings,
  type Version,
  decide,
  keptForDays,
  readPolicy,
} from "../../templates/lib/decide.mjs";
import { runs } from "../support/property-runs.ts";

const HOUR = 3_600_000;
const NOW = Date.parse("2026-06-01T00:00:00Z");
const digest = (n: number): string => `sha256:${n.toString(16).padStart(64, "0")}`;
const attests = (n: number): string => `sha256-${n.toString(16).padStart(64, "0")}`;

interface World {
  readonly versions: readonly Version[];
  readonly manifests: ReadonlyMap<string, Manifest | null>;
  readonly settings: Settings;
  readonly inUse: { readonly active: boolean; readonly commits: readonly string[] };
  readonly tagTimes: ReadonlyMap<string, number>;
}

const SHORT_SHAS = ["aaaaaaa", "bbbbbbb", "ccccccc", "ddddddd"];
const sha = fc.constantFrom(...SHORT_SHAS);
const hours = fc.constantFrom(0, 1, 24, 47, 48, 49, 100, 168, 721, 721, 2000, 2000);
const tag = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom("pr-1-", "pr-22-", "stage-", "sha-", "feature-x-"), sha)
      .map(([prefix, short]) => prefix + short),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "latest",
      "v1.2.3",
      "someone-elses",
      "PR-1",
      "pr-1",
      "nightly-2026-01-01",
      "pr-1-aaaaaaa\nlatest",
    ),
  },
);

/** Null, but for one time in `times`. */
const rarely = (times: number): fc.Arbitrary<number | null> =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat() });

/** A version can refer only to what existed before it: a digest cannot hold itself. */
const world: fc.Arbitrary<World> = fc
  .record({
    versions: fc.array(
      fc.record({
        tags: fc.uniqueArray(tag, { maxLength: 3 }),
        hours: fc.oneof({ weight: 30, arbitrary: hours }, { weight: 1, arbitrary: fc.constantFrom(Number.NaN, -5) }),
        isIndex: fc.boolean(),
        children: fc.array(fc.nat(), { maxLength: 3 }),
        subject: rarely(6),
        attests: rarely(8),
        kind: fc.constantFrom(...Array.from({ length: 60 }, () => "listed"), "unlisted"),
      }),
      { minLength: 1, maxLength: 14 },
    ),
    /** How often something in the whole registry cannot be read. */
    unreadable: rarely(12),
    missing: rarely(30),
    keptHours: fc.tuple(hours, hours, hours),
    minimumAgeHours: fc.constantFrom(0, 1, 48, 200),
    graceHours: fc.constantFrom(0, 1, 5),
    maxDeletions: fc.oneof(fc.constant(1000), fc.constant(1000), fc.nat({ max: 6 })),
    active: fc.boolean(),
    commits: fc.subarray(SHORT_SHAS, { maxLength: 2 }),
    tagTimes: fc.array(fc.tuple(tag, hours), { maxLength: 4 }),
    keepNewest: fc.constantFrom(0, 0, 1, 2),
    keepAlways: fc.constantFrom([], ["^feature-x-aaaaaaa$"]),
  })
  .map((seed): World => {
    const below = (n: number, limit: number): string => digest(n % limit);
    const manifests = new Map<string, Manifest | null>();
    const versions: Version[] = [];
    seed.versions.forEach((item, n) => {
      const children = item.isIndex && n > 0 ? [...new Set(item.children.map((child) => below(child, n)))] : [];
      const subject = item.subject !== null && n > 0 ? below(item.subject, n) : undefined;
      manifests.set(digest(n), { isIndex: item.isIndex, children, subject });
      // Now and then the subject of a tag is not in the registry at all.
      const about = item.attests === null ? [] : [attests(item.attests % (n + 1) === n ? 999 : item.attests % (n + 1))];
      if (item.kind === "listed")
        versions.push({ digest: digest(n), tags: [...item.tags, ...about], time: NOW - item.hours * HOUR });
    });
    if (seed.unreadable !== null) manifests.set(below(seed.unreadable, seed.versions.length), null);
    if (seed.missing !== null) manifests.delete(below(seed.missing, seed.versions.length));
    const [pr, staging, rest] = seed.keptHours;
    return {
      versions,
      manifests,
      settings: {
        classes: [
          { class: "pullRequest", tags: ["pr-\\d+-[0-9a-f]{7}"], hours: pr },
          { class: "staging", tags: ["stage-.*"], hours: staging },
          { class: "commit", tags: ["sha-[0-9a-f]{7}"], hours: rest },
          { class: "release", tags: ["v\\d.*"], hours: null },
          {
            class: "branch",
            tags: ["([a-z0-9-]+)-[0-9a-f]{7}"],
            hours: rest,
            keepNewest: seed.keepNewest,
            keepAlways: seed.keepAlways,
          },
        ],
        keepForever: ["latest"],
        minimumAgeHours: seed.minimumAgeHours,
        maxDeletions: seed.maxDeletions,
        graceHours: seed.graceHours,
      },
      inUse: { active: seed.active, commits: seed.commits.map((short) => short.padEnd(40, "0")) },
      tagTimes: new Map(seed.tagTimes.map(([name, age]) => [name, NOW - age * HOUR])),
    };
  });

const run = (given: World): Decision[] =>
  decide(given.versions, given.manifests, readPolicy(given.settings), NOW, given.inUse, given.tagTimes);
const deletedBy = (decisions: readonly Decision[]): Set<string> =>
  new Set(decisions.filter(({ action }) => action === "delete").map(({ version }) => version.digest));

// ---- the oracle -------------------------------------------------------------------------------------------------

/** The hours that this tag is kept; undefined: for ever. Written out by hand for the classes above. */
function hoursOf(name: string, { classes }: Settings): number | undefined {
  const of = (wanted: string): number | undefined => classes.find((item) => item.class === wanted)?.hours ?? undefined;
  const [, prefix] = /^(.*)-[abcd]{7}$/.exec(name) ?? [];
  if (prefix === undefined) return undefined;
  if (prefix === "pr-1" || prefix === "pr-22") return of("pullRequest");
  if (prefix === "stage") return of("staging");
  return prefix === "sha" ? of("commit") : of("branch");
}

const isAbout = (name: string): boolean => name.startsWith("sha256-");

/** The branch's tags that stay whatever their age: those that are named, and the newest of the others. */
function spared({ versions, settings, tagTimes }: World): Set<string> {
  const branch = settings.classes.find((item) => item.class === "branch");
  const always = (name: string): boolean => name === "feature-x-aaaaaaa" && (branch?.keepAlways ?? []).length > 0;
  const hung = versions.flatMap(({ digest: target, tags, time }) =>
    tags.map((name) => ({ name, target, time: Math.max(time, tagTimes.get(name) ?? -Infinity) })),
  );
  const rivals = hung.filter(
    ({ name, time }) => /^feature-x-[abcd]{7}$/.test(name) && !always(name) && !Number.isNaN(time),
  );
  const inOrder = rivals.toSorted(
    (a, b) => b.time - a.time || a.target.localeCompare(b.target) || a.name.localeCompare(b.name),
  );
  return new Set([
    ...inOrder.slice(0, branch?.keepNewest ?? 0).map(({ name }) => name),
    ...hung.map(({ name }) => name).filter(always),
  ]);
}

/** Whether nothing about the version itself speaks against its deletion. */
function isExpired(version: Version, given: World): boolean {
  const { settings, inUse, tagTimes } = given;
  const grace = inUse.active ? (settings.graceHours ?? 1) : 0;
  const ageInHours = (NOW - version.time) / HOUR;
  if (Number.isNaN(ageInHours) || ageInHours < settings.minimumAgeHours + grace) return false;
  return version.tags.every((name) => {
    if (isAbout(name)) return true;
    if (spared(given).has(name)) return false;
    const kept = hoursOf(name, settings);
    if (kept === undefined || inUse.commits.some((commit) => name.includes(commit.slice(0, 7)))) return false;
    const tagAge = Math.min(ageInHours, (NOW - (tagTimes.get(name) ?? -Infinity)) / HOUR);
    return tagAge >= Math.max(kept, settings.minimumAgeHours) + grace;
  });
}

/** What this version is about: the digest in its tags or in its manifest. */
const subjectsOf = (version: Version, { manifests }: World): string[] => {
  const subject = manifests.get(version.digest)?.subject;
  return [
    ...version.tags.filter(isAbout).map((name) => name.replace("-", ":")),
    ...(subject === undefined ? [] : [subject]),
  ];
};

/** The largest set that may go, without a cap: by taking away, round by round, whatever must not go. */
function mayGo(given: World): Set<string> {
  const { versions, manifests } = given;
  if (versions.some((version) => !manifests.get(version.digest)) || [...manifests.values()].includes(null))
    return new Set();
  const listed = new Set(versions.map((version) => version.digest));
  const going = new Set(versions.filter((version) => isExpired(version, given)).map((version) => version.digest));
  const referred = (target: string): string[] =>
    [...manifests].filter(([, manifest]) => manifest?.children.includes(target)).map(([holder]) => holder);
  const isReached = new Set<string>();
  for (let size = -1; size !== going.size;) {
    size = going.size;
    for (const version of versions) {
      const target = version.digest;
      const tagSubjects = version.tags.filter(isAbout).map((name) => name.replace("-", ":"));
      const about = subjectsOf(version, given).filter((subject) => listed.has(subject));
      const dependents = versions.filter((other) => subjectsOf(other, given).includes(target));
      const stays =
        tagSubjects.some((subject) => !listed.has(subject)) ||
        referred(target).some((holder) => !going.has(holder)) ||
        about.some((subject) => !going.has(subject)) ||
        dependents.some((other) => !going.has(other.digest));
      if (stays) going.delete(target);
    }
    // Something must tell what it is: a tag of its own, being an index that lost its tags, or belonging to such.
    isReached.clear();
    const reach = (target: string): void => {
      if (isReached.has(target) || !going.has(target)) return;
      isReached.add(target);
      for (const child of manifests.get(target)?.children ?? []) reach(child);
      for (const other of versions) {
        if (subjectsOf(other, given).includes(target)) reach(other.digest);
        if (other.digest === target) for (const subject of subjectsOf(other, given)) reach(subject);
      }
    };
    for (const version of versions) {
      const isOrphanIndex =
        version.tags.length === 0 &&
        manifests.get(version.digest)?.isIndex === true &&
        referred(version.digest).length === 0;
      if (isOrphanIndex || version.tags.some((name) => !isAbout(name))) reach(version.digest);
    }
    for (const target of [...going]) if (!isReached.has(target)) going.delete(target);
  }
  return going;
}

/** Whether something is about what itself leads to it: no registry has that, and the program then rather keeps it all. */
function isTangled(given: World): boolean {
  const links = new Map<string, Set<string>>();
  const link = (from: string, to: string): unknown => links.set(from, (links.get(from) ?? new Set()).add(to));
  for (const [holder, manifest] of given.manifests) for (const child of manifest?.children ?? []) link(holder, child);
  for (const version of given.versions)
    for (const subject of subjectsOf(version, given))
      void [link(version.digest, subject), link(subject, version.digest)];
  return [...given.manifests].some(([holder, manifest]) =>
    (manifest?.children ?? []).some((child) => {
      const seen = new Set([child]);
      for (const from of seen) for (const to of links.get(from) ?? []) seen.add(to);
      return seen.has(holder);
    }),
  );
}

describe("the decision what to delete", () => {
  test("is what the oracle allows, on random registries and policies", () => {
    let deletions = 0;
    fc.assert(
      fc.property(world, (given) => {
        const decisions = run(given);
        const deleted = deletedBy(decisions);
        deletions += deleted.size;
        expect(decisions.map(({ version }) => version.digest).toSorted()).toEqual(
          given.versions.map((version) => version.digest).toSorted(),
        );
        expect(deleted.size).toBeLessThanOrEqual(given.settings.maxDeletions);
        const allowed = mayGo(given);
        expect([...deleted].filter((target) => !allowed.has(target))).toEqual([]);
        // Without a cap all that may go does go.
        if (given.settings.maxDeletions >= given.versions.length && !isTangled(given))
          expect([...deleted].toSorted()).toEqual([...allowed].toSorted());
      }),
      { numRuns: runs(10_000) },
    );
    // The property would hold for a program that never deletes.
    expect(deletions).toBeGreaterThan(runs(2000));
  });

  test("never leaves a reference to something deleted, whatever the cap, and deletes holders first", () => {
    fc.assert(
      fc.property(world, (given) => {
        const decisions = run(given);
        const deleted = deletedBy(decisions);
        const order = [...deleted];
        for (const [holder, manifest] of given.manifests) {
          for (const child of manifest?.children ?? []) {
            if (!deleted.has(child)) continue;
            expect(deleted.has(holder)).toBe(true);
            expect(order.indexOf(holder)).toBeLessThan(order.indexOf(child));
          }
        }
        for (const { version, action, after } of decisions) {
          for (const subject of subjectsOf(version, given)) {
            if (given.versions.some((other) => other.digest === subject))
              expect(deleted.has(subject)).toBe(deleted.has(version.digest));
          }
          if (action === "delete") for (const other of after) expect(deleted.has(other)).toBe(true);
        }
      }),
      { numRuns: runs(5000) },
    );
  });

  test("keeps every version when one manifest cannot be read", () => {
    const readable: Manifest = { isIndex: false, children: [] };
    const version = { digest: digest(1), tags: ["pr-1-aaaaaaa"], time: NOW - 900 * HOUR };
    const settings: Settings = {
      classes: [{ class: "pullRequest", tags: ["pr-.*"], hours: 24 }],
      keepForever: [],
      minimumAgeHours: 48,
      maxDeletions: 9,
    };
    const decided = (manifests: [string, Manifest | null][]): string[] =>
      decide([version], new Map(manifests), readPolicy(settings), NOW, { active: false, commits: [] }).map(
        ({ action, reason }) => `${action}: ${reason}`,
      );
    expect(decided([[digest(1), readable]])).toEqual(["delete: every tag is past its retention (pullRequest)"]);
    const reason = (n: number): string =>
      `keep: the manifest ${digest(n).slice(0, 19)} could not be read and may refer to this one`;
    expect(decided([[digest(1), null]])).toEqual([reason(1)]);
    expect(
      decided([
        [digest(1), readable],
        [digest(2), null],
      ]),
    ).toEqual([reason(2)]);
    expect(decided([])).toEqual([reason(1)]);
  });

  test("caches of branches: main's stays, and so do the newest of each platform, whatever their age", () => {
    const names = ["main", "one", "two", "three"].flatMap((branch) =>
      ["amd64", "arm64"].map((platform) => `buildcache-${platform}-${branch}`),
    );
    const versions = names.map((name, n) => ({ digest: digest(n), tags: [name], time: NOW - (1000 - n) * HOUR }));
    const manifests = new Map<string, Manifest>(
      versions.map((version) => [version.digest, { isIndex: false, children: [] }]),
    );
    const cache = {
      class: "cache",
      tags: ["buildcache-(amd64|arm64)-.+"],
      hours: 168,
      keepNewest: 2,
      keepAlways: ["buildcache-(amd64|arm64)-main"],
    };
    const settings: Settings = { classes: [cache], keepForever: [], minimumAgeHours: 48, maxDeletions: 99 };
    const decided = (given: Settings): string[] =>
      decide(versions, manifests, readPolicy(given), NOW, { active: false, commits: [] }).map(
        ({ version, action, reason }) => `${action} ${version.tags[0]}: ${reason}`,
      );
    expect(decided(settings).filter((line) => line.startsWith("delete"))).toEqual([
      "delete buildcache-amd64-one: every tag is past its retention (cache)",
      "delete buildcache-arm64-one: every tag is past its retention (cache)",
    ]);
    expect(decided(settings)).toContain("keep buildcache-arm64-main: buildcache-arm64-main is protected");
    expect(decided(settings)).toContain(
      "keep buildcache-amd64-two: buildcache-amd64-two is among the newest 2 of its kind (cache)",
    );
    // So many days for all kinds, but for those that are kept for ever.
    expect(decided(keptForDays(settings, 42)).some((line) => line.startsWith("delete"))).toBe(false);
    expect(keptForDays({ ...settings, classes: [{ ...cache, hours: null }] }, 1).classes[0]?.hours).toBeNull();
  });

  test("what a file of the repository pins stays, with all that it refers to, whatever its age", () => {
    const tags = ["2026-01-05-1-1", "2026-01-12-2-1", "2026-01-19-3-1"];
    const versions = [
      ...tags.map((tag, n) => ({ digest: digest(n), tags: [tag], time: NOW - (3000 - n) * HOUR })),
      { digest: digest(9), tags: [], time: NOW - 3000 * HOUR },
    ];
    const manifests = new Map<string, Manifest>(
      versions.map((version) => [
        version.digest,
        { isIndex: version.digest === digest(0), children: version.digest === digest(0) ? [digest(9)] : [] },
      ]),
    );
    const settings: Settings = {
      classes: [{ class: "base", tags: ["\\d{4}-\\d{2}-\\d{2}-\\d+-\\d+"], hours: 720, keepNewest: 1 }],
      keepForever: [],
      minimumAgeHours: 48,
      maxDeletions: 99,
    };
    const decided = (pinned: readonly string[]): string[] =>
      decide(versions, manifests, readPolicy(settings), NOW, { active: false, commits: [], pinned: new Set(pinned) })
        .map(({ version, action, reason }) => `${action} ${version.tags[0] ?? "child"}: ${reason}`)
        .sort();
    expect(decided([digest(0)])).toEqual(
      [
        "delete 2026-01-12-2-1: every tag is past its retention (base)",
        "keep 2026-01-05-1-1: a file of the repository pins it",
        `keep child: ${digest(0).slice(0, 19)} refers to it and is kept`,
        "keep 2026-01-19-3-1: 2026-01-19-3-1 is among the newest 1 of its kind (base)",
      ].sort(),
    );
    expect(decided([]).filter((line) => line.startsWith("delete"))).toHaveLength(3);
  });

  test("an image goes with its signatures and what their index lists", () => {
    const versions = [
      { digest: digest(1), tags: ["pr-1-aaaaaaa"], time: NOW - 900 * HOUR },
      { digest: digest(2), tags: [], time: NOW - 800 * HOUR },
      { digest: digest(3), tags: [attests(1)], time: NOW - 800 * HOUR },
    ];
    const manifests = new Map<string, Manifest>([
      [digest(1), { isIndex: false, children: [] }],
      [digest(2), { isIndex: false, children: [], subject: digest(1) }],
      [digest(3), { isIndex: true, children: [digest(2)] }],
    ]);
    const settings: Settings = {
      classes: [{ class: "pullRequest", tags: ["pr-.*"], hours: 24 }],
      keepForever: [],
      minimumAgeHours: 48,
      maxDeletions: 3,
    };
    const deleted = (changed: Partial<Settings>): string[] => [
      ...deletedBy(
        decide(versions, manifests, readPolicy({ ...settings, ...changed }), NOW, { active: false, commits: [] }),
      ),
    ];
    expect(deleted({})).toEqual([digest(1), digest(3), digest(2)]);
    expect(deleted({ maxDeletions: 2 })).toEqual([]);
    expect(deleted({ minimumAgeHours: 850 })).toEqual([]);
  });
});
