import { nodesOf } from "../../../workflow/yaml/node.ts";
import { sourceSpan } from "../../../workflow/yaml/scalar-source.ts";
import { rule } from "../../rule.ts";

export const hardCodedSecret = rule({
  id: "hard-coded-secret",
  family: "security",
  levels: { recommended: "error", strict: "error" },
  summary: "No token or key stands in the file.",
  why: "Whoever can read the repository, or its history after the line is gone, can use it. The forms are the ones that their makers publish so that scanners find them.",
  bad: `on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: ./deploy.sh
        env:
          NPM_TOKEN: npm_${"a1B2c3D4e5F6".repeat(3)}
`,
  good: `on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: ./deploy.sh
        env:
          NPM_TOKEN: \${{ secrets.NPM_TOKEN }}
          AWS_ACCESS_KEY_ID: AKIA46X5W6CZI5DHEXYZ
`,
  document(document, { report }) {
    if (!document.root || !MAYBE.test(document.file.text)) return;
    for (const node of nodesOf(document.root)) {
      if (node.kind !== "scalar" || node.value.length < 20) continue;
      for (const match of node.value.matchAll(SECRETS)) {
        const { 0: text, index } = match;
        if (/example|xxxx|0000000|12345678|\.\.\./i.test(text) || new Set(text.slice(-16)).size < 6) continue;
        report(
          sourceSpan(document.file.text, node, { start: index, end: index + text.length }),
          `This looks like ${kindOf(text)}. Revoke it, and keep the new one as a secret: \`\${{ secrets.NAME }}\`.`,
        );
      }
    }
  },
});

const MAYBE =
  /gh[pousr]_|github_pat_|glpat-|npm_|pypi-|xox[abprs]-|sk_live_|AIza|dckr_pat_|-----BEGIN|hooks\.slack\.com|SG\./;
const SECRETS =
  /\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b|\bglpat-[\w-]{20,}|\bnpm_[A-Za-z0-9]{36}\b|\bpypi-AgEI[\w-]{50,}|\bxox[abprs]-[0-9A-Za-z-]{20,}|\bsk_live_[0-9A-Za-z]{24,}|\bAIza[\w-]{35}\b|\bdckr_pat_[\w-]{27}|-----BEGIN (?:RSA |EC |OPENSSH |DSA )?PRIVATE KEY-----\s+[A-Za-z0-9+/]{40,}|https:\/\/hooks\.slack\.com\/services\/T[A-Z0-9]{8,}\/B[A-Z0-9]{8,}\/[A-Za-z0-9]{20,}|\bSG\.[\w-]{22}\.[\w-]{43}/g;

function kindOf(text: string): string {
  if (/^gh|^github/.test(text)) return "a token of GitHub";
  if (text.startsWith("glpat")) return "a token of GitLab";
  if (text.startsWith("npm_")) return "a token of npm";
  if (text.startsWith("pypi")) return "a token of PyPI";
  if (text.startsWith("---")) return "a private key";
  if (text.startsWith("dckr")) return "a token of Docker Hub";
  return "a token";
}
