/** The rules of the family `security`, one line each. */
import type { Rule } from "../../rule.ts";
import { checkoutCredentials } from "./checkout-credentials.ts";
import { credentialsInArtifact } from "./credentials-in-artifact.ts";
import { dangerousTrigger } from "./dangerous-trigger.ts";
import { scriptInjection } from "./script-injection.ts";
import { scriptInjectionAcrossFiles } from "./script-injection-across-files.ts";
import { scriptInjectionByWriters } from "./script-injection-by-writers.ts";
import { selfHostedOnPublicTrigger } from "./self-hosted-on-public-trigger.ts";
import { spoofableBotCondition } from "./spoofable-bot-condition.ts";
import { untrustedArtifact } from "./untrusted-artifact.ts";
import { untrustedCheckout } from "./untrusted-checkout.ts";
import { untrustedEnvWrite } from "./untrusted-env-write.ts";

export const securityRules: readonly Rule[] = [
  checkoutCredentials,
  credentialsInArtifact,
  dangerousTrigger,
  scriptInjection,
  scriptInjectionAcrossFiles,
  scriptInjectionByWriters,
  selfHostedOnPublicTrigger,
  spoofableBotCondition,
  untrustedArtifact,
  untrustedCheckout,
  untrustedEnvWrite,
];
