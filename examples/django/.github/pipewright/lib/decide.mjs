// Which versions of a package may be deleted. Pure: the registry, the policy, the time and what is in use go in, one
// decision a version comes out. Whatever is in doubt stays.

const HOUR = 3_600_000;
const DIGEST_NAME = /^sha256:[0-9a-f]{64}$/;
/** How attestations and signatures are tagged: with the digest that they are about. */
const ATTESTATION = /^sha256-([0-9a-f]{64})(?:\.[a-z0-9.-]+)?$/;

export const short = (digest) => String(digest).slice(0, 19);

/** Alternatives of the plan, which match a whole tag. */
const compiled = (alternatives) => alternatives.map((alternative) => new RegExp(`^(?:${alternative})$`));

/**
 * The settings with their expressions compiled. `hours` of a class may be null: kept for ever. A class may keep its newest
 * `keepNewest` tags whatever their age, of each that the first group in its expression matches, and tags of `keepAlways`.
 */
export const readPolicy = ({ classes, keepForever, minimumAgeHours, maxDeletions, graceHours = 1 }) => ({
  classes: classes.map(({ class: name, tags, hours, keepNewest = 0, keepAlways = [] }) => ({
    name,
    patterns: compiled(tags),
    hours,
    keepNewest,
    keepAlways: compiled(keepAlways),
  })),
  keepForever: compiled(keepForever),
  minimumAgeHours,
  maxDeletions,
  graceHours,
});

/** The policy that lets go of these tags at once, whatever their age, and of nothing else. */
export const onlyTheseTags = (tags, keepForever, why) => ({
  ...readPolicy({
    classes: [{ class: why, tags: tags.map((tag) => tag.replace(/\W/g, "\\$&")), hours: 0 }],
    keepForever,
    minimumAgeHours: 0,
    maxDeletions: Infinity,
    graceHours: 0,
  }),
  isNamed: true,
});

/** The versions as old as can be: for policies that do not ask for their age. */
export const withoutAge = (versions) => versions.map((version) => ({ ...version, time: 0 }));

/** The settings with another age for every class that expires at all. */
export const keptForDays = (settings, days) => ({
  ...settings,
  classes: settings.classes.map((one) => (typeof one.hours === "number" ? { ...one, hours: days * 24 } : one)),
});

/** The first class that a tag reads as, or undefined. */
export const classOf = (tag, { classes }) => classes.find(({ patterns }) => patterns.some((one) => one.test(tag)));

/** Whether a tag is never deleted. */
export const isProtected = (tag, { keepForever }) => keepForever.some((pattern) => pattern.test(tag));

/** What the plan says of tags that expire and of those that never do. Nothing expires where it says nothing. */
export const settingsOf = ({ retention, packages }) => ({
  classes: retention?.classes ?? [],
  keepForever: [...(packages?.released ?? []), ...(retention?.protect ?? [])],
  minimumAgeHours: retention?.minimumAgeHours ?? 0,
  maxDeletions: retention?.maxDeletions ?? 0,
});

/** The digests that attestation tags name. */
export const subjectsIn = (tags) =>
  tags.flatMap((tag) => ATTESTATION.exec(tag)?.[1] ?? []).map((hex) => `sha256:${hex}`);
const isAttestationTag = (tag) => ATTESTATION.test(tag);

/**
 * Decides on every version: `{ version, action: "delete" | "keep", reason, after }`. Deletions come last, an index before
 * what it refers to; `after` names the versions without whose deletion this one must stay.
 *
 * versions   `{ digest, tags, time }`, time in milliseconds
 * manifests  digest -> `{ isIndex, children, subject }`, or null for one that could not be read
 * inUse      `{ active, commits, pinned }`: whether a run may be pulling, the commits whose images are needed, and a set of
 *            digests that somebody names
 * tagTimes   tag -> milliseconds, where a tag is known to be younger than what it hangs on
 */
export function decide(versions, manifests, policy, now, inUse, tagTimes = new Map()) {
  const unread =
    versions.find(({ digest }) => !manifests.get(digest))?.digest ??
    [...manifests].find(([, manifest]) => !manifest)?.[0];
  if (unread !== undefined) {
    const reason = `the manifest ${short(unread)} could not be read and may refer to this one`;
    return versions.map((version) => ({ version, action: "keep", reason, after: [] }));
  }

  const listed = new Map(versions.map((version) => [version.digest, version]));
  const holders = holdersOf(versions, manifests, listed);
  const units = unitsOf(versions, listed, manifests);
  const newest = newestTags(versions, policy, tagTimes);
  const reasonFor = (version) => reasonToKeep(version, { policy, now, inUse, listed, tagTimes, newest });
  for (const unit of units.values()) {
    unit.reason = first(unit.members, reasonFor);
    unit.holders = new Set(
      unit.members
        .flatMap(({ digest }) => holders.get(digest))
        .map((digest) => units.get(digest))
        .filter((holder) => holder !== unit),
    );
    unit.time = Math.max(...unit.members.map(({ time }) => time));
    unit.isRoot = unit.members.some(
      ({ digest, tags }) =>
        tags.some((tag) => !isAttestationTag(tag)) ||
        (tags.length === 0 && manifests.get(digest).isIndex && holders.get(digest).length === 0),
    );
  }
  const { chosen, capped } = choose(new Set(units.values()), policy.maxDeletions);

  // An index goes before what it refers to, and an image before its attestations where that does not contradict.
  const order = new Map();
  const before = (version) => [
    ...holders.get(version.digest),
    ...subjectsOf(version, manifests).filter((digest) => listed.has(digest)),
  ];
  for (let waiting = versions.filter(({ digest }) => chosen.has(units.get(digest))); waiting.length > 0;) {
    const isReady = (digest) => order.has(digest);
    const ready = waiting.filter((version) => before(version).every(isReady));
    const next =
      ready.length > 0 ? ready : waiting.filter(({ digest }) => holders.get(digest).every(isReady)).slice(0, 1);
    if (next.length === 0) break;
    for (const version of next) order.set(version.digest, version);
    waiting = waiting.filter(({ digest }) => !order.has(digest));
  }

  const kept = versions
    .filter(({ digest }) => !order.has(digest))
    .map((version) => ({ version, action: "keep", reason: whyKept(version), after: [] }));
  const deleted = [...order.values()].map((version) => ({
    version,
    action: "delete",
    reason: whyDeleted(version),
    after: before(version),
  }));
  return [...kept, ...deleted];

  function whyKept(version) {
    const unit = units.get(version.digest);
    const own = reasonFor(version);
    if (own) return own;
    if (unit.reason)
      return `it belongs together with ${short(unit.members.find((member) => member !== version)?.digest)}, which is kept`;
    if (capped.has(unit)) return "the cap on deletions a run is reached";
    const holder = before(version).find((digest) => !order.has(digest));
    return holder ? `${short(holder)} refers to it and is kept` : "it has no tag, and nothing tells what it is";
  }

  function whyDeleted({ digest, tags }) {
    const names = tags.filter((tag) => !isAttestationTag(tag)).map((tag) => classOf(tag, policy).name);
    if (names.length > 0 && policy.isNamed) return `all its tags are ${names[0]}`;
    if (names.length > 0) return `every tag is past its retention (${[...new Set(names)].join(", ")})`;
    const holder = before({ digest, tags })[0];
    return holder ? `it goes with ${short(holder)}` : "an index that lost its tags";
  }
}

const first = (items, find) => {
  for (const item of items) {
    const found = find(item);
    if (found) return found;
  }
  return undefined;
};

const subjectsOf = ({ digest, tags }, manifests) => [
  ...subjectsIn(tags),
  ...(manifests.get(digest).subject ? [manifests.get(digest).subject] : []),
];

/** digest -> the digests of all indexes that name it, also of such that are not listed and hence never deleted. */
function holdersOf(versions, manifests, listed) {
  const holders = new Map(versions.map(({ digest }) => [digest, []]));
  for (const [digest, { children }] of manifests)
    for (const child of children) if (listed.has(child) && child !== digest) holders.get(child).push(digest);
  return holders;
}

/** digest -> its unit: an image and the attestations and signatures about it, which share one fate. */
function unitsOf(versions, listed, manifests) {
  const units = new Map(versions.map((version) => [version.digest, { members: [version] }]));
  for (const version of versions) {
    for (const subject of subjectsOf(version, manifests)) {
      const [one, other] = [units.get(version.digest), units.get(subject)];
      if (!listed.has(subject) || one === other) continue;
      one.members.push(...other.members);
      for (const { digest } of other.members) units.set(digest, one);
    }
  }
  return units;
}

/** The tags that their class keeps because no more than so many are newer. A tag that stays anyway takes nobody's place. */
function newestTags(versions, policy, tagTimes) {
  const groups = new Map();
  for (const { digest, tags, time } of versions) {
    for (const tag of tags) {
      const found = classOf(tag, policy);
      if (!found?.keepNewest || !Number.isFinite(time) || found.keepAlways.some((pattern) => pattern.test(tag)))
        continue;
      const [part = ""] = found.patterns.flatMap((pattern) => pattern.exec(tag)?.slice(1, 2) ?? []);
      const key = `${found.name} ${part}`;
      const group = groups.get(key) ?? { size: found.keepNewest, members: [] };
      groups.set(key, group);
      group.members.push({ tag, digest, time: Math.max(time, tagTimes.get(tag) ?? 0) });
    }
  }
  const order = (a, b) =>
    b.time - a.time || (a.digest < b.digest ? -1 : a.digest > b.digest ? 1 : a.tag < b.tag ? -1 : 1);
  return new Set(
    [...groups.values()].flatMap(({ size, members }) => members.sort(order).slice(0, size)).map(({ tag }) => tag),
  );
}

/** Why a version must stay for its own sake, or undefined. */
function reasonToKeep({ digest, tags, time }, { policy, now, inUse, listed, tagTimes, newest }) {
  if (!DIGEST_NAME.test(digest)) return "its name is no digest";
  if (inUse.pinned?.has(digest)) return "a file of the repository pins it";
  if (!Number.isFinite(time)) return "its age is unknown";
  const grace = inUse.active ? policy.graceHours : 0;
  const isYoung = (since, hours) => !(now - since >= (Math.max(hours, policy.minimumAgeHours) + grace) * HOUR);
  const missing = subjectsIn(tags).find((subject) => !listed.has(subject));
  if (missing) return `${short(missing)}, which it is about, is not listed`;
  for (const tag of tags) {
    if (isProtected(tag, policy)) return `${tag} is protected`;
    if (isAttestationTag(tag)) continue;
    const found = classOf(tag, policy);
    if (!found) return `${tag} is of no class that expires`;
    if (typeof found.hours !== "number") return `${tag} is kept for ever`;
    if (found.keepAlways.some((pattern) => pattern.test(tag))) return `${tag} is protected`;
    if (newest.has(tag)) return `${tag} is among the newest ${found.keepNewest} of its kind (${found.name})`;
    const commit = inUse.commits.find((sha) => tag.toLowerCase().includes(sha.slice(0, 7)));
    if (commit)
      return `${tag} is in use: ${commit.slice(0, 7)} is the head of an open pull request or of an active run`;
    if (isYoung(Math.max(time, tagTimes.get(tag) ?? 0), found.hours))
      return `${tag} is younger than ${Math.max(found.hours, policy.minimumAgeHours) + grace} hours`;
  }
  return isYoung(time, 0) ? `it is younger than ${policy.minimumAgeHours + grace} hours` : undefined;
}

/** The units to delete, the oldest first, each with all that only it refers to, as far as the cap allows. */
function choose(units, maxDeletions) {
  const children = new Map([...units].map((unit) => [unit, []]));
  for (const unit of units) for (const holder of unit.holders) children.get(holder)?.push(unit);
  const chosen = new Set();
  const capped = new Set();
  let count = 0;
  const roots = [...units]
    .filter(({ isRoot, reason }) => isRoot && !reason)
    .sort((a, b) => a.time - b.time || (a.members[0].digest < b.members[0].digest ? -1 : 1));
  for (const root of roots) {
    const group = new Set();
    const queue = [root];
    for (const unit of queue) {
      const isFree = [...unit.holders].every((holder) => chosen.has(holder) || group.has(holder));
      if (!isFree || unit.reason || chosen.has(unit) || group.has(unit)) continue;
      group.add(unit);
      queue.push(...children.get(unit));
    }
    const size = [...group].reduce((sum, { members }) => sum + members.length, 0);
    if (count + size > maxDeletions) {
      for (const unit of group) capped.add(unit);
      continue;
    }
    count += size;
    for (const unit of group) chosen.add(unit);
  }
  return { chosen, capped };
}
