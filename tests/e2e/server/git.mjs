// Refs, commits, trees, blobs and comparisons.

import { Refusal, WEB_FLOW, account, missing, now, world } from "./world.mjs";
import { allow, isAtLeast } from "./rights.mjs";
import { history, mergeBase, isAncestor } from "./history.mjs";
import { page } from "./pages.mjs";
import { tell } from "./events.mjs";
import { settle } from "./settle.mjs";

const HEADS = "refs/heads/";

export function findRef(repo, ref) {
  return world.gh.refs.findBy("repo_id", repo.id).find((row) => row.ref === ref);
}

/** The commit a branch is at, or undefined. */
export function tipOf(repo, branch) {
  return findRef(repo, HEADS + branch)?.sha;
}

export function findCommit(repo, sha) {
  return world.gh.commits.findBy("sha", sha).find((row) => row.repo_id === repo.id);
}

export function findTree(repo, sha) {
  return world.gh.trees.findBy("sha", sha).find((row) => row.repo_id === repo.id);
}

export function findBlob(repo, sha) {
  return world.gh.blobs.findBy("sha", sha).find((row) => row.repo_id === repo.id);
}

/** The commit that a branch, a ref, a whole SHA or `owner:branch` means. */
export function resolve(repo, name) {
  const [owner] = repo.full_name.split("/");
  const short = name.startsWith(`${owner}:`) ? name.slice(owner.length + 1) : name;
  for (const ref of [short, `refs/${short}`, HEADS + short, `refs/tags/${short}`]) {
    const row = ref.startsWith("refs/") && findRef(repo, ref);
    if (row) return findCommit(repo, row.sha);
  }
  if (short === "HEAD") return findCommit(repo, tipOf(repo, repo.default_branch));
  return findCommit(repo, short);
}

/** Path -> text of every file of a commit. */
export function textsOf(repo, sha) {
  const { blobs } = world.lib.flattenTree(world.gh, repo.id, findCommit(repo, sha).tree_sha);
  const texts = {};
  for (const path of [...blobs.keys()].sort()) texts[path] = bytesOf(repo, blobs.get(path).sha).toString("utf8");
  return texts;
}

export function bytesOf(repo, sha) {
  const blob = findBlob(repo, sha);
  return Buffer.from(blob.content, blob.encoding === "base64" ? "base64" : "utf8");
}

/** A tree on top of another: path -> text, or null to delete. */
export function treeWith(repo, base, changes) {
  const { gh, lib } = world;
  const updates = Object.entries(changes).map(([path, text]) => {
    if (text === null) return { path, mode: "100644", type: "blob", sha: null };
    const blob = lib.findOrCreateBlob(gh, repo.id, Buffer.from(text, "utf8"));
    return { path, mode: "100644", type: "blob", sha: blob.sha, size: blob.size };
  });
  return lib.persistGitTreeHierarchy(gh, repo.id, base, updates).sha;
}

/** A commit; GitHub commits and signs what people make in the browser and what apps make. */
export function commit(repo, { tree, parents, message, author, committer }) {
  const by = committer ?? { name: "GitHub", email: account(WEB_FLOW).email };
  const date = now();
  return world.lib.findOrCreateCommit(world.gh, repo.id, {
    message,
    author_name: author.name, author_email: author.email, author_date: author.date ?? date,
    committer_name: by.name, committer_email: by.email, committer_date: by.date ?? date,
    tree_sha: tree, parent_shas: parents, user_id: 0,
  });
}

export const signatureOf = (user) => ({ name: user.name ?? user.login, email: user.email });

/** Let a ref point to a commit, or away with it; then pull requests follow. */
export function move(repo, ref, sha, { actor, isWorkflow }) {
  const { gh, lib } = world;
  const present = findRef(repo, ref);
  const before = present?.sha;
  if (before === sha) return;
  if (!sha) gh.refs.delete(present.id);
  else if (present) gh.refs.update(present.id, { sha });
  else {
    const row = gh.refs.insert({ repo_id: repo.id, ref, sha, node_id: "" });
    gh.refs.update(row.id, { node_id: lib.generateNodeId("Ref", row.id) });
  }
  if (!ref.startsWith(HEADS)) return;
  gh.repos.update(repo.id, { pushed_at: now() });
  moveBranch(repo, ref.slice(HEADS.length), sha);
  tell.push(repo, { ref, before, after: sha, actor, isWorkflow });
  settle(repo, { branch: ref.slice(HEADS.length), before, after: sha, actor, isWorkflow });
}

/** The emulator keeps branches beside refs. */
function moveBranch(repo, name, sha) {
  const { gh } = world;
  const row = gh.branches.findBy("repo_id", repo.id).find((one) => one.name === name);
  if (!sha) gh.branches.delete(row?.id);
  else if (row) gh.branches.update(row.id, { sha });
  else gh.branches.insert({ repo_id: repo.id, name, sha, protected: false });
}

/** Refuse what a protected branch does not let happen. */
function guard(ask, ref, { isForced = false, isGone = false } = {}) {
  if (!ref.startsWith(HEADS)) return;
  const branch = ref.slice(HEADS.length);
  const rule = world.gh.branchProtections
    .findBy("repo_id", ask.repo.id)
    .find((row) => row.branch_name === branch);
  if (!rule) return;
  if (!ask.isApp && isAtLeast(ask.actor, ask.repo, "admin") && !rule.enforce_admins) return;
  if (isGone) throw new Refusal(422, "Cannot delete this branch");
  if (isForced && !rule.allow_force_pushes) throw new Refusal(422, "Cannot force-push to this branch");
  if (rule.required_pull_request_reviews) {
    throw new Refusal(422, "Changes must be made through a pull request.");
  }
  if (rule.required_status_checks?.contexts.length) {
    const [first] = rule.required_status_checks.contexts;
    throw new Refusal(422, `Required status check "${first}" is expected.`);
  }
}

function shownRef(ask, { ref, sha, node_id }) {
  const at = `${ask.base}/repos/${ask.repo.full_name}/git`;
  return { ref, node_id, url: `${at}/${ref}`, object: { sha, type: "commit", url: `${at}/commits/${sha}` } };
}

function wholeRef(ask) {
  return `refs/${ask.params.ref.replace(/^refs\//, "")}`;
}

function getRef(ask) {
  allow(ask, "contents", "read");
  const row = findRef(ask.repo, wholeRef(ask));
  if (!row) throw missing();
  return { body: shownRef(ask, row) };
}

function matchingRefs(ask) {
  allow(ask, "contents", "read");
  const rows = world.gh.refs.findBy("repo_id", ask.repo.id).filter((row) => row.ref.startsWith(wholeRef(ask)));
  rows.sort((a, b) => (a.ref < b.ref ? -1 : 1));
  return { body: page(ask, rows).map((row) => shownRef(ask, row)) };
}

function createRef(ask) {
  allow(ask, "contents", "write");
  const { ref, sha } = ask.body;
  if (!/^refs\/[^/]+\/./.test(ref ?? "") || /[\s~^:?*[\\]|\.\.|\/$|\.lock$/.test(ref)) {
    throw new Refusal(422, "Reference name isn't valid"); // GitHub wants at least two slashes.
  }
  if (!findCommit(ask.repo, sha)) throw new Refusal(422, "Object does not exist");
  const isBlocked = world.gh.refs
    .findBy("repo_id", ask.repo.id)
    .some((row) => row.ref.startsWith(`${ref}/`) || ref.startsWith(`${row.ref}/`));
  if (findRef(ask.repo, ref)) throw new Refusal(422, "Reference already exists");
  if (isBlocked) throw new Refusal(422, "Reference cannot be created: another has its name as a folder");
  guard(ask, ref);
  move(ask.repo, ref, sha, ask);
  return { status: 201, body: shownRef(ask, findRef(ask.repo, ref)) };
}

function updateRef(ask) {
  allow(ask, "contents", "write");
  const ref = wholeRef(ask);
  const row = findRef(ask.repo, ref);
  const { sha, force = false } = ask.body;
  if (!row) throw new Refusal(422, "Reference does not exist");
  if (!findCommit(ask.repo, sha)) throw new Refusal(422, "Object does not exist");
  const isForward = isAncestor(ask.repo, row.sha, sha);
  if (!isForward && !force) throw new Refusal(422, "Update is not a fast forward");
  guard(ask, ref, { isForced: !isForward });
  move(ask.repo, ref, sha, ask);
  return { body: shownRef(ask, findRef(ask.repo, ref)) };
}

function deleteRef(ask) {
  allow(ask, "contents", "write");
  const ref = wholeRef(ask);
  if (!findRef(ask.repo, ref)) throw new Refusal(422, "Reference does not exist");
  if (ref === HEADS + ask.repo.default_branch) throw new Refusal(422, "Cannot delete the default branch");
  guard(ask, ref, { isGone: true });
  move(ask.repo, ref, undefined, ask);
  return { status: 204 };
}

/** A commit as git keeps it; what GitHub committed itself, it also signed. */
function shownCommit(ask, row) {
  const shown = world.lib.formatGitCommit(ask.repo, row, ask.base);
  return { ...shown, verification: verification(row) };
}

function verification(row) {
  const isSigned = row.committer_email === WEB_FLOW.email;
  return {
    verified: isSigned, reason: isSigned ? "valid" : "unsigned",
    signature: isSigned ? "-----BEGIN PGP SIGNATURE-----" : null, payload: null, verified_at: null,
  };
}

function getCommit(ask) {
  allow(ask, "contents", "read");
  const row = findCommit(ask.repo, ask.params.sha);
  if (!row) throw missing();
  return { body: shownCommit(ask, row) };
}

function createCommit(ask) {
  allow(ask, "contents", "write");
  const { message, tree, parents = [], author, committer } = ask.body;
  if (!findTree(ask.repo, tree)) throw new Refusal(422, "Tree SHA does not exist");
  if (parents.some((sha) => !findCommit(ask.repo, sha))) {
    throw new Refusal(422, "Parent SHA does not exist or is not a commit object");
  }
  const mine = signatureOf(ask.actor);
  const isPlain = ask.isApp && !author && !committer;
  const row = commit(ask.repo, {
    tree, parents, message,
    author: author ?? mine,
    committer: isPlain ? undefined : (committer ?? author ?? mine),
  });
  return { status: 201, body: shownCommit(ask, row) };
}

/** git's order: by bytes, a folder as if its name ended with a slash. */
const inOrder = (key) => (a, b) => Buffer.compare(Buffer.from(key(a)), Buffer.from(key(b)));
const entryKey = ({ path, type }) => (type === "tree" ? `${path}/` : path);

function entriesOf(ask, tree, isDeep, prefix = "") {
  return tree.tree.toSorted(inOrder(entryKey)).flatMap((entry) => {
    const path = prefix + entry.path;
    const kind = entry.type === "tree" ? "trees" : "blobs";
    const { mode, type, sha, size } = entry;
    const row = { path, mode, type, sha, ...(type === "blob" ? { size: size ?? findBlob(ask.repo, sha)?.size } : {}) };
    row.url = `${ask.base}/repos/${ask.repo.full_name}/git/${kind}/${sha}`;
    if (type !== "tree" || !isDeep) return [row];
    return [row, ...entriesOf(ask, findTree(ask.repo, sha), isDeep, `${path}/`)];
  });
}

function getTree(ask) {
  allow(ask, "contents", "read");
  const named = ask.params.tree;
  const found = resolve(ask.repo, named);
  const tree = findTree(ask.repo, found ? found.tree_sha : named);
  if (!tree) throw missing();
  // Asked by a branch or a commit, GitHub answers with the commit's SHA, not with the tree's.
  const sha = found ? found.sha : tree.sha;
  const at = `${ask.base}/repos/${ask.repo.full_name}/git/trees/${sha}`;
  const rows = entriesOf(ask, tree, ask.query.has("recursive"));
  return { body: { sha, url: at, tree: rows, truncated: false } };
}

function createTree(ask) {
  allow(ask, "contents", "write");
  const { base_tree: base, tree = [] } = ask.body;
  const isWorkflows = tree.some((row) => row.path?.startsWith(".github/workflows/"));
  if (isWorkflows) allow(ask, "workflows", "write");
  const below = base === undefined ? undefined : (findCommit(ask.repo, base)?.tree_sha ?? base);
  if (below !== undefined && !findTree(ask.repo, below)) throw new Refusal(422, "base_tree is not a valid tree oid");
  const updates = tree.map((row) => entry(ask.repo, row));
  const saved = world.lib.persistGitTreeHierarchy(world.gh, ask.repo.id, below, updates);
  const at = `${ask.base}/repos/${ask.repo.full_name}/git/trees/${saved.sha}`;
  return { status: 201, body: { sha: saved.sha, url: at, tree: entriesOf(ask, saved, false), truncated: false } };
}

function entry(repo, { path, mode = "100644", type = "blob", sha, content }) {
  if (!path || path.split("/").some((part) => ["", ".", "..", ".git"].includes(part))) {
    throw new Refusal(422, "tree.path contains a malformed path component");
  }
  if (sha === null) return { path, mode, type, sha };
  if (content === undefined) {
    const isThere = type === "tree" ? findTree(repo, sha) : findBlob(repo, sha);
    if (!isThere) throw new Refusal(422, `tree.sha ${sha} is not a valid ${type}`);
    return { path, mode, type, sha, size: isThere.size };
  }
  if (sha !== undefined) throw new Refusal(422, "Must supply either tree.sha or tree.content, not both.");
  const blob = world.lib.findOrCreateBlob(world.gh, repo.id, Buffer.from(content, "utf8"));
  return { path, mode, type, sha: blob.sha, size: blob.size };
}

function getBlob(ask) {
  allow(ask, "contents", "read");
  const blob = findBlob(ask.repo, ask.params.sha);
  if (!blob) throw missing();
  // GitHub breaks base64 into lines.
  const content = bytesOf(ask.repo, blob.sha).toString("base64").replace(/.{60}/g, "$&\n");
  const url = `${ask.base}/repos/${ask.repo.full_name}/git/blobs/${blob.sha}`;
  return { body: { sha: blob.sha, node_id: blob.node_id, size: blob.size, url, content, encoding: "base64" } };
}

function createBlob(ask) {
  allow(ask, "contents", "write");
  const bytes = Buffer.from(ask.body.content, ask.body.encoding === "base64" ? "base64" : "utf8");
  const blob = world.lib.findOrCreateBlob(world.gh, ask.repo.id, bytes);
  const url = `${ask.base}/repos/${ask.repo.full_name}/git/blobs/${blob.sha}`;
  return { status: 201, body: { sha: blob.sha, url } };
}

/** A commit as the repository's pages list it, with the accounts of author and committer. */
export function listed(ask, row) {
  const { formatCommitItem } = world.lib;
  const shown = formatCommitItem(world.gh, ask.repo, row, ask.base);
  shown.commit.verification = verification(row);
  return shown;
}

/** What changed between two commits, by file. */
export function changes(ask, from, to) {
  const { gh, lib } = world;
  const trees = [from, to].map((sha) => findCommit(ask.repo, sha).tree_sha);
  return lib
    .diffTrees(gh, ask.repo.id, ...trees)
    .sort(inOrder(({ filename }) => filename))
    .map((row) => lib.formatFileDiff(row, ask.repo, from, to, ask.base));
}

function compare(ask) {
  allow(ask, "contents", "read");
  const [base, head] = ask.params.basehead.split("...").map((name) => resolve(ask.repo, name));
  if (!base || !head) throw missing();
  const fork = mergeBase(ask.repo, base.sha, head.sha);
  if (!fork) throw new Refusal(404, "No common ancestor between these commits.");
  const ahead = history(ask.repo, head.sha, base.sha);
  const behind = history(ask.repo, base.sha, head.sha);
  const at = `${ask.base}/repos/${ask.repo.full_name}/compare/${ask.params.basehead}`;
  const status = ahead.length ? (behind.length ? "diverged" : "ahead") : behind.length ? "behind" : "identical";
  const isFirst = (ask.query.get("page") ?? "1") === "1";
  return {
    body: {
      url: at, html_url: at.replace("/repos/", "/"), permalink_url: at, diff_url: `${at}.diff`, patch_url: `${at}.patch`,
      base_commit: listed(ask, base), merge_base_commit: listed(ask, findCommit(ask.repo, fork)),
      status, ahead_by: ahead.length, behind_by: behind.length, total_commits: ahead.length,
      commits: page(ask, ahead.toReversed()).map((row) => listed(ask, row)),
      files: isFirst ? changes(ask, fork, head.sha).slice(0, 300) : [],
    },
  };
}

const AT = "/repos/:owner/:repo";
export const git = [
  ["GET", `${AT}/git/ref/:ref{.+}`, getRef],
  ["GET", `${AT}/git/matching-refs/:ref{.+}`, matchingRefs],
  ["POST", `${AT}/git/refs`, createRef],
  ["PATCH", `${AT}/git/refs/:ref{.+}`, updateRef],
  ["DELETE", `${AT}/git/refs/:ref{.+}`, deleteRef],
  ["GET", `${AT}/git/commits/:sha`, getCommit],
  ["POST", `${AT}/git/commits`, createCommit],
  ["GET", `${AT}/git/trees/:tree{.+}`, getTree],
  ["POST", `${AT}/git/trees`, createTree],
  ["GET", `${AT}/git/blobs/:sha`, getBlob],
  ["POST", `${AT}/git/blobs`, createBlob],
  ["GET", `${AT}/compare/:basehead{.+}`, compare],
];
