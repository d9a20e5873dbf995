/** Stand-ins that need no world: logins of clouds. Those that need one are played in test/execution/pipeline. */
import { expect, test } from "vitest";
import { standInActions } from "./actions/index.ts";
import { play, push } from "./bare-host.ts";
import { jobOf, logOf, type Run } from "./runs.ts";

const pin = (name: string) => `${name}@${"0".repeat(40)}`;

async function playSteps(permissions: string, steps: string): Promise<Run> {
  const ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
  const { player } = play(
    { a: `name: A\non: push\njobs:\n  a:\n    runs-on: x\n    permissions: ${permissions}\n    steps:\n${steps}` },
    {
      actions: standInActions,
      machine: (_job, folder) => ({
        PATH: process.env["PATH"] ?? "",
        DOCKER_CONFIG: `${folder}/home/.docker`,
        DOCKER_STAND_IN_HOSTS: JSON.stringify({ [ecr]: "127.0.0.1:1" }),
      }),
    },
  );
  const [run] = await player.happen(push());
  await player.settle();
  if (!run) throw new Error("nothing ran");
  return run;
}

const aws = `      - { id: c, uses: "${pin("aws-actions/configure-aws-credentials")}", with: { role-to-assume: "arn:aws:iam::123456789012:role/ci", aws-region: eu-west-1 } }
      - { id: l, uses: "${pin("aws-actions/amazon-ecr-login")}" }
      - { env: { R: "\${{ steps.c.outputs.aws-account-id }} \${{ steps.l.outputs.registry }}" }, run: 'echo "$R $AWS_REGION"; echo "$AWS_SESSION_TOKEN"; grep -c ecr "$DOCKER_CONFIG/config.json"' }`;

test("AWS: the job's identity gives credentials, and they a login for the account's registry", async () => {
  const run = await playSteps("{ id-token: write }", aws);
  expect(jobOf(run, "a").steps[2]?.log).toEqual([
    "123456789012 123456789012.dkr.ecr.eu-west-1.amazonaws.com eu-west-1",
    "***",
    "1",
  ]);
  const refused = await playSteps("{ contents: read }", aws);
  expect(logOf(jobOf(refused, "a"))).toContain("lacks id-token: write");
  expect(refused.conclusion).toBe("failure");
});

test("AWS: credentials that stay outputs of their step are in no other step's environment", async () => {
  const run = await playSteps(
    "{ id-token: write }",
    `      - { id: c, uses: "${pin("aws-actions/configure-aws-credentials")}", with: { role-to-assume: "arn:aws:iam::123456789012:role/ci", aws-region: eu-west-1, output-credentials: true, output-env-credentials: false } }
      - { id: l, uses: "${pin("aws-actions/amazon-ecr-login")}", continue-on-error: true }
      - { id: m, uses: "${pin("aws-actions/amazon-ecr-login")}", env: { AWS_REGION: eu-west-1, AWS_ACCESS_KEY_ID: "\${{ steps.c.outputs.aws-access-key-id }}" } }
      - { env: { R: "\${{ steps.l.outcome }} \${{ steps.m.outcome }}" }, run: 'echo "$R [$AWS_ACCESS_KEY_ID]"' }`,
  );
  expect(jobOf(run, "a").steps[3]?.log).toEqual(["failure success []"]);
});

test("Google: an access token, masked, for who may have an identity", async () => {
  const google = `      - { id: g, uses: "${pin("google-github-actions/auth")}", with: { workload_identity_provider: projects/1/p, service_account: ci@x.test, token_format: access_token } }
      - { env: { T: "\${{ steps.g.outputs.access_token }}" }, run: 'echo "$T \${#T}"; test -f "$GOOGLE_APPLICATION_CREDENTIALS"' }`;
  const run = await playSteps("{ id-token: write }", google);
  expect(jobOf(run, "a").steps[1]?.log).toEqual(["*** 30"]);
  expect(run.conclusion).toBe("success");
  expect((await playSteps("{}", google)).conclusion).toBe("failure");
});
