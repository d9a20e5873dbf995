import { commandsIn, spanInScript } from "../../scripts.ts";
import { rule } from "../../rule.ts";

export const insecureDownload = rule({
  id: "insecure-download",
  family: "security",
  levels: { recommended: "warning", strict: "warning" },
  summary: "Downloads come by https, from a server that shows who it is.",
  why: "Whoever sits on the way of an http download, or of one that checks no certificate, decides what the job installs.",
  bad: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          wget http://download.example.com/tool.tar.gz
          curl -fsSk -O https://download.example.com/tool.sig
`,
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          wget https://download.example.com/tool.tar.gz
          curl -fs http://localhost:8080/health
          curl -fs http://service/health
`,
  script(script, { report }) {
    for (const { name, argWords } of commandsIn(script)) {
      if (name !== "curl" && name !== "wget") continue;
      const address = argWords.find((word) => word.type === "Word" && /^["']?(?:https?|ftp):\/\//.test(word.text));
      const host = address && /^["']?(?:https?|ftp):\/\/(?:[^@/]*@)?([^/:"'?]+)/.exec(address.text)?.[1];
      if (!address || host === undefined || isNear(host)) continue;
      const at = spanInScript(script, { start: address.pos, end: address.end });
      if (/^["']?(?:http|ftp):/.test(address.text))
        report(at, `What \`${host}\` sends can be changed on the way. Use \`https\`, and check the file's SHA-256.`);
      const unchecked = argWords.find(
        (word) =>
          word.type === "Word" &&
          (name === "curl"
            ? /^(?:--insecure|-[a-zA-Z]*k[a-zA-Z]*)$/.test(word.text) && !/^--(?!insecure)/.test(word.text)
            : word.text === "--no-check-certificate"),
      );
      if (unchecked && !/^-(?:X|H|d|F|u|o|A|b|e|T)/.test(unchecked.text))
        report(
          spanInScript(script, { start: unchecked.pos, end: unchecked.end }),
          `\`${unchecked.text}\` accepts any server as \`${host}\`. Take it out; a certificate of your own is given by \`--cacert\`.`,
        );
    }
  },
});

/** Of this machine, this network, or a variable's. */
const isNear = (host: string): boolean =>
  !host.includes(".") ||
  (/\$|^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|0\.0\.0\.0|169\.254\.)|\.(?:local|localhost|internal|svc|test|lan)$|\.svc\.|example\.(?:com|org)$|____/.test(
    host,
  ) &&
    !/^download\.example\.com$/.test(host));
