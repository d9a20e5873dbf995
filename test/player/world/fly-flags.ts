/**
 * The flags of flyctl's subcommands, as its source declares them (superfly/flyctl, internal/command and internal/flag, at
 * ad0172f of August 2026). Cobra refuses every other one, which is how `deploy --region` went in May 2024.
 */

/** Of every subcommand. */
const GLOBAL = ["--access-token=", "-t=", "--verbose", "--debug", "--help", "-h"];
const APP = ["--app=", "-a=", "--config=", "-c="];
const JSON_OUTPUT = ["--json", "-j"];
const YES = ["--yes", "-y"];
const REGION = ["--region=", "-r="];
const VM = ["--vm-size=", "--vm-cpus=", "--vm-cpu-kind=", "--vm-memory=", "--vm-max-memory=", "--host-dedication-id="];

/** By subcommand; a flag that takes a value ends with `=`. */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  version: JSON_OUTPUT,
  "auth docker": [],
  "apps create": ["--name=", "--generate-name", "--network=", "--save", "--org=", "-o=", ...YES, ...JSON_OUTPUT],
  "apps destroy": YES,
  "apps list": ["--org=", "-o=", "--quiet", "-q", ...JSON_OUTPUT],
  deploy: [
    ...APP,
    ...YES,
    ...VM,
    "--image=",
    "-i=",
    "--now",
    "--detach",
    "--strategy=",
    "--env=",
    "-e=",
    "--label=",
    "--primary-region=",
    "--regions=",
    "--exclude-regions=",
    "--wait-timeout=",
    "--release-command-timeout=",
    "--lease-timeout=",
    "--deploy-retries=",
    "--max-unavailable=",
    "--process-groups=",
    "--ha",
    "--smoke-checks",
    "--dns-checks",
    "--no-public-ips",
    "--flycast",
    "--skip-release-command",
    "--update-only",
    "--build-only",
    "--push",
    "--local-only",
    "--remote-only",
    "--no-cache",
    "--depot",
    "--nixpacks",
    "--dockerfile=",
    "--ignorefile=",
    "--build-arg=",
    "--build-secret=",
    "--build-target=",
    "--image-label=",
    "--volume-initial-size=",
    "--signal=",
  ],
  status: [...APP, ...JSON_OUTPUT, "--all", "--deployment", "--watch", "--rate="],
  "machine list": [...APP, ...JSON_OUTPUT, "--quiet", "-q"],
  "machines list": [...APP, ...JSON_OUTPUT, "--quiet", "-q"],
  "secrets set": [...APP, "--stage", "--detach", "--dns-checks"],
  "secrets import": [...APP, "--stage", "--detach", "--dns-checks"],
  "volumes list": [...APP, ...JSON_OUTPUT, "--all"],
  "volumes create": volumeFlags(),
  "volume create": volumeFlags(),
  "ssh console": [
    ...APP,
    ...REGION,
    "--command=",
    "-C=",
    "--machine=",
    "--select",
    "-s",
    "--user=",
    "-u=",
    "--pty",
    "--quiet",
  ],
  "image show": [...APP, ...JSON_OUTPUT],
  logs: [...APP, ...REGION, ...JSON_OUTPUT, "--machine=", "--select", "--no-tail", "-n"],
};

function volumeFlags(): string[] {
  return [
    ...APP,
    ...REGION,
    ...YES,
    ...JSON_OUTPUT,
    ...VM,
    "--size=",
    "-s=",
    "--count=",
    "-n=",
    "--snapshot-retention=",
    "--scheduled-snapshots",
    "--snapshot-id=",
    "--no-encryption",
    "--require-unique-zone",
    "--unique-zone-app-wide",
    "--fs-type=",
  ];
}

const declaredFor = (subcommand: string): Set<string> => new Set([...GLOBAL, ...(FLAGS[subcommand] ?? [])]);

/** The flags of all subcommands that take a value, for telling arguments from values. */
export const VALUED_FLAGS: readonly string[] = [
  ...new Set(
    [...GLOBAL, ...Object.values(FLAGS).flat()].filter((flag) => flag.endsWith("=")).map((flag) => flag.slice(0, -1)),
  ),
];

/** What flyctl says of the first flag that a subcommand does not have. */
export function unknownFlag(subcommand: string, args: readonly string[]): string | undefined {
  const declared = declaredFor(subcommand);
  for (const [index, argument] of args.entries()) {
    if (!argument.startsWith("-") || declared.has(`${args[index - 1] ?? ""}=`)) continue;
    const [flag = ""] = argument.split("=");
    if (declared.has(flag) || declared.has(`${flag}=`)) continue;
    return flag.startsWith("--") ? `unknown flag: ${flag}` : `unknown shorthand flag: '${flag.slice(1, 2)}' in ${flag}`;
  }
  return undefined;
}
