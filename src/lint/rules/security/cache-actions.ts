/** Steps that restore a cache, by the documentation of their actions. */
import { inputOf, type Step } from "../../../workflow/document/document.ts";
import { isFalse, isTrue } from "./place.ts";
import { versionOf } from "./versions.ts";

interface Caching {
  /** On unless this input is `false`; with `reversed`, unless it is `true`. Nothing: always on. */
  unless?: { input: string; reversed?: boolean };
  /** Only with this input, and then unless it is empty or `false`. */
  with?: string;
  /** On by itself since this major. */
  since?: number;
}

const CACHING: Readonly<Record<string, Caching>> = {
  "actions-rust-lang/setup-rust-toolchain": { unless: { input: "cache" } },
  "actions/setup-dotnet": { with: "cache" },
  "actions/setup-go": { unless: { input: "cache" }, since: 4 },
  "actions/setup-java": { with: "cache" },
  "actions/setup-node": { with: "cache" },
  "actions/setup-python": { with: "cache" },
  "astral-sh/setup-uv": { unless: { input: "enable-cache" }, since: 5 },
  "awalsh128/cache-apt-pkgs-action": {},
  "buildjet/cache": { unless: { input: "lookup-only", reversed: true } },
  "coursier/cache-action": {},
  "denoland/setup-deno": { with: "cache" },
  "determinatesystems/magic-nix-cache-action": { unless: { input: "use-gha-cache" } },
  "graalvm/setup-graalvm": { with: "cache" },
  "gradle/actions": { unless: { input: "cache-disabled", reversed: true } },
  "gradle/gradle-build-action": { unless: { input: "cache-disabled", reversed: true } },
  "hendrikmuhs/ccache-action": {},
  "jdx/mise-action": { unless: { input: "cache" } },
  "julia-actions/cache": {},
  "mlugg/setup-zig": { unless: { input: "use-cache" } },
  "mozilla-actions/sccache-action": {},
  "nix-community/cache-nix-action": {},
  "oven-sh/setup-bun": { unless: { input: "no-cache", reversed: true } },
  "pnpm/action-setup": { with: "cache" },
  "ramsey/composer-install": { unless: { input: "ignore-cache", reversed: true } },
  "ruby/setup-ruby": { with: "bundler-cache" },
  "subosito/flutter-action": { with: "cache" },
  "swatinem/rust-cache": { unless: { input: "lookup-only", reversed: true } },
  "useblacksmith/cache": { unless: { input: "lookup-only", reversed: true } },
};

/** What restores a cache in this step, for a message. */
export function cacheOf(step: Step): string | undefined {
  const { uses } = step;
  if (uses?.kind !== "repository") return undefined;
  if (uses.repository === "actions/cache")
    return uses.path === "save" || isTrue(inputOf(step, "lookup-only")) ? undefined : `\`${uses.name}\``;
  if (uses.repository === "gradle/actions" && uses.path !== "setup-gradle") return undefined;
  const caching = Object.hasOwn(CACHING, uses.repository) ? CACHING[uses.repository] : undefined;
  if (!caching) return undefined;
  // Since its version 5 it caches by itself where `package.json` names npm as the package manager.
  if (uses.repository === "actions/setup-node" && !inputOf(step, "cache") && (versionOf(uses.ref)?.[0] ?? 0) >= 5)
    return isFalse(inputOf(step, "package-manager-cache"))
      ? undefined
      : "the cache of `actions/setup-node`, which may turn itself on,";
  const named = caching.with ?? caching.unless?.input;
  const input = named === undefined ? undefined : inputOf(step, named);
  const isOpen = input?.value.includes("${{") === true;
  if (caching.with !== undefined)
    return input && !isOpen && !isFalse(input) && input.value.trim() !== ""
      ? `\`${caching.with}: ${input.value}\``
      : undefined;
  const isOff = isOpen || (caching.unless?.reversed === true ? isTrue(input) : isFalse(input));
  const isDefault =
    input === undefined && caching.since !== undefined && (versionOf(uses.ref)?.[0] ?? 0) < caching.since;
  return isOff || isDefault
    ? undefined
    : `the cache of \`${uses.name}\`${input === undefined && named !== undefined && caching.unless?.reversed !== true ? ", which is on by default," : ""}`;
}
