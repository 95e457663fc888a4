// Loaded with `node --import` before the emulator: corrects its GitHub at load time.
//
// The emulator brings the HTTP server, the store, git's objects and the tokens of apps. Refs,
// issues, comments, labels, pull requests and settings are answered by `server/`, which is
// registered first. Nothing in node_modules is changed. Every correction has an exact anchor, and
// a missing one ends the process: then the emulator was updated, and each must be looked at anew.

import { registerHooks } from "node:module";
import { readFileSync } from "node:fs";

const ROUTES = new URL("./server/routes.mjs", import.meta.url).href;

/** What `server/` borrows from the emulator. */
const BORROWED = [
  "diffTrees",
  "findOrCreateBlob",
  "findOrCreateCommit",
  "flattenTree",
  "formatComment",
  "formatCommitItem",
  "formatFileDiff",
  "formatGitCommit",
  "formatIssue",
  "formatLabel",
  "formatPullRequest",
  "formatRepo",
  "formatUser",
  "formatUserFull",
  "generateAppPrivateKey",
  "generateNodeId",
  "getNextIssueNumber",
  "persistGitTreeHierarchy",
];

const GITHUB = [
  {
    why: "our routes come first, so they win",
    from: "    const ctx = { app, store, webhooks, baseUrl, tokenMap };\n",
    to: `    const ctx = { app, store, webhooks, baseUrl, tokenMap };
    installBox({ ...ctx, gh, lib: { ${BORROWED.join(", ")} } });\n`,
    count: 1,
  },
  {
    why: "GitHub's own addresses of refs",
    from: "${repoUrl}/git/ref{/sha}",
    to: "${repoUrl}/git/refs{/sha}",
    count: 1,
  },
  {
    why: "an organisation that owns something is shown as a person is",
    from: "    return formatOrgBrief(org, baseUrl);\n",
    to: '    return { ...formatOrgBrief(org, baseUrl), gravatar_id: "", ...userUrl(baseUrl, org.login) };\n',
    count: 1,
  },
  {
    why: "objects are found by their index: a linear search makes large repositories slow",
    from: /gh\.(blobs|trees|commits)\.findBy\("repo_id", repoId\)\.find\(\((\w+)\) => \w+\.sha === sha\)/g,
    to: 'gh.$1.findBy("sha", sha).find(($2) => $2.repo_id === repoId)',
    count: 10,
  },
];

const CORE = [
  {
    why: "the limit is ours to count",
    from: "    counter.remaining = Math.max(0, counter.remaining - 1);\n",
    to: "",
    count: 1,
  },
  {
    why: "a token that nobody made is nobody's",
    from: "        if (!user && fallbackUser && token.length > 0) {",
    to: "        if (false) {",
    count: 1,
  },
  {
    why: "a client that keeps its connection is never cut off between two tests",
    from: '  server.listen(port, options.hostname ?? "127.0.0.1");\n',
    to: `  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.listen(port, options.hostname ?? "127.0.0.1");\n`,
    count: 1,
  },
];

registerHooks({
  load(url, context, next) {
    if (!/\/node_modules\/emulate\/dist\/(dist-|chunk-).*\.js$/.test(url)) {
      return next(url, context);
    }
    const source = readFileSync(new URL(url), "utf8");
    if (source.includes("var githubPlugin = {")) {
      const imported = `import { install as installBox } from ${JSON.stringify(ROUTES)};\n`;
      return module(imported + corrected(source, GITHUB, url));
    }
    if (source.includes("function prepareProject(")) {
      return module(corrected(source, CORE, url));
    }
    return next(url, context);
  },
});

function module(source) {
  return { format: "module", source, shortCircuit: true };
}

function corrected(source, corrections, url) {
  let text = source;
  for (const { why, from, to, count } of corrections) {
    const found = typeof from === "string" ? text.split(from).length - 1 : [...text.matchAll(from)].length;
    if (found !== count) {
      console.error(`github_box: ${url}: expected ${count} places for "${why}", found ${found}`);
      process.exit(70);
    }
    text = typeof from === "string" ? text.replaceAll(from, () => to) : text.replace(from, to);
  }
  return text;
}

// Whoever started us holds our standard input: when they end, however they end, so do we.
if (process.env.GITHUB_BOX_HOLDER) {
  process.stdin.on("end", () => process.exit(0)).resume();
}
