/** The rules of the family `security`, one line each. */
import type { Rule } from "../../rule.ts";
import { allSecrets } from "./all-secrets.ts";
import { anonymousDefinition } from "./anonymous-definition.ts";
import { appTokenScope } from "./app-token-scope.ts";
import { archivedAction } from "./archived-action.ts";
import { cacheInRelease } from "./cache-in-release.ts";
import { checkoutCredentials } from "./checkout-credentials.ts";
import { credentialsInArtifact } from "./credentials-in-artifact.ts";
import { dangerousTrigger } from "./dangerous-trigger.ts";
import { excessivePermissions } from "./excessive-permissions.ts";
import { expressionInScript } from "./expression-in-script.ts";
import { hardCodedSecret } from "./hard-coded-secret.ts";
import { insecureCommands } from "./insecure-commands.ts";
import { insecureDownload } from "./insecure-download.ts";
import { misfeature } from "./misfeature.ts";
import { obfuscatedExpression } from "./obfuscated-expression.ts";
import { obfuscatedUses } from "./obfuscated-uses.ts";
import { pipeToShell } from "./pipe-to-shell.ts";
import { scriptInjectionAcrossFiles } from "./script-injection-across-files.ts";
import { scriptInjectionByWriters } from "./script-injection-by-writers.ts";
import { scriptInjection } from "./script-injection.ts";
import { secretInSharedEnv } from "./secret-in-shared-env.ts";
import { secretOutsideEnvironment } from "./secret-outside-environment.ts";
import { secretsInherit } from "./secrets-inherit.ts";
import { selfHostedOnPublicTrigger } from "./self-hosted-on-public-trigger.ts";
import { spoofableBotCondition } from "./spoofable-bot-condition.ts";
import { superfluousAction } from "./superfluous-action.ts";
import { trustedPublishing } from "./trusted-publishing.ts";
import { typosquattedAction } from "./typosquatted-action.ts";
import { undocumentedPermission } from "./undocumented-permission.ts";
import { unpinnedImage } from "./unpinned-image.ts";
import { unpinnedTool } from "./unpinned-tool.ts";
import { unredactedSecret } from "./unredacted-secret.ts";
import { unsoundContains } from "./unsound-contains.ts";
import { unsoundTernary } from "./unsound-ternary.ts";
import { untrustedArtifact } from "./untrusted-artifact.ts";
import { untrustedCheckout } from "./untrusted-checkout.ts";
import { untrustedEnvWrite } from "./untrusted-env-write.ts";
import { versionCommentMismatch } from "./version-comment-mismatch.ts";
import { vulnerableAction } from "./vulnerable-action.ts";

export const securityRules: readonly Rule[] = [
  allSecrets,
  anonymousDefinition,
  appTokenScope,
  archivedAction,
  cacheInRelease,
  checkoutCredentials,
  credentialsInArtifact,
  dangerousTrigger,
  excessivePermissions,
  expressionInScript,
  hardCodedSecret,
  insecureCommands,
  insecureDownload,
  misfeature,
  obfuscatedExpression,
  obfuscatedUses,
  pipeToShell,
  scriptInjectionAcrossFiles,
  scriptInjectionByWriters,
  scriptInjection,
  secretInSharedEnv,
  secretOutsideEnvironment,
  secretsInherit,
  selfHostedOnPublicTrigger,
  spoofableBotCondition,
  superfluousAction,
  trustedPublishing,
  typosquattedAction,
  undocumentedPermission,
  unpinnedImage,
  unpinnedTool,
  unredactedSecret,
  unsoundContains,
  unsoundTernary,
  untrustedArtifact,
  untrustedCheckout,
  untrustedEnvWrite,
  versionCommentMismatch,
  vulnerableAction,
];
