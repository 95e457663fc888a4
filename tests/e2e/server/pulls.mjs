// Pull requests between branches of one repository.

import { Refusal, invalid, missing, shelf, world } from "./world.mjs";
import { allow, isAtLeast } from "./rights.mjs";
import { changes, commit, listed, move, signatureOf, tipOf } from "./git.mjs";
import { checkLengths, insert, sort } from "./issues.mjs";
import { history, isAncestor, mergeBase, mergeTrees, replay } from "./history.mjs";
import { close, issueOf, merged } from "./settle.mjs";
import { latest } from "./statuses.mjs";
import { page } from "./pages.mjs";
import { tell } from "./events.mjs";

const all = (repo) => world.gh.pullRequests.findBy("repo_id", repo.id);
const fresh = (row) => world.gh.pullRequests.get(row.id);
/** What only a single pull request shows, not a list of them. */
const ONLY_ALONE = [
  "merged", "mergeable", "rebaseable", "mergeable_state", "merged_by", "comments", "review_comments",
  "maintainer_can_modify", "commits", "additions", "deletions", "changed_files",
];

function find(ask) {
  const row = all(ask.repo).find((one) => one.number === Number(ask.params.number));
  if (!row) throw missing();
  return row;
}

/** Where a pull request starts and where it would go: as they are, or as they were at its end. */
function ends(repo, row) {
  const isOpen = row.state === "open";
  return { head: row.head_sha, base: isOpen ? tipOf(repo, row.base_ref) : row.base_sha };
}

const sums = new Map();

/** How much a pull request changes, counted once for each pair of commits. */
function sizes(ask, { head, base }) {
  const key = [ask.repo.id, head, base].join();
  if (!sums.has(key)) {
    const fork = mergeBase(ask.repo, base, head);
    const files = changes(ask, fork, head);
    const sum = (name) => files.reduce((total, file) => total + file[name], 0);
    sums.set(key, {
      commits: history(ask.repo, head, base).length,
      additions: sum("additions"), deletions: sum("deletions"), changed_files: files.length,
    });
  }
  return sums.get(key);
}

function shown(ask, row, { mergeable = null } = {}) {
  const { gh, lib } = world;
  const { title, body, label_ids, locked, comments, updated_at } = issueOf(ask.repo, row);
  const { base: base_sha } = ends(ask.repo, row);
  const whole = { ...fresh(row), title, body, label_ids, locked, comments, updated_at, base_sha, mergeable };
  const merges = () => (blocked(ask, row) ? "blocked" : "clean");
  whole.mergeable_state = mergeable === null ? "unknown" : mergeable ? merges() : "dirty";
  return { ...lib.formatPullRequest(whole, gh, ask.base), rebaseable: mergeable };
}

/** A pull request with its numbers; `mergeable` stays null unless it was asked for. */
export function shownPull(ask, row, { mergeable = null } = {}) {
  return { ...shown(ask, row, { mergeable }), ...sizes(ask, ends(ask.repo, row)) };
}

/** GitHub merges in the background: who looks first is told null. */
function mergeability(ask, row) {
  if (row.state !== "open") return null;
  const { head, base } = ends(ask.repo, row);
  const { looked, settings } = shelf(ask.repo);
  const key = `${head} ${base}`;
  if (settings.slow_mergeable && !looked.has(key)) {
    looked.add(key);
    return null;
  }
  return mergeTrees(ask.repo, base, head) !== null;
}

function list(ask) {
  allow(ask, "pull_requests", "read");
  const wanted = (name, otherwise) => ask.query.get(name) ?? otherwise;
  const state = wanted("state", "open");
  const head = wanted("head");
  const [owner] = ask.repo.full_name.split("/");
  const rows = all(ask.repo).filter(
    (row) =>
      (state === "all" || row.state === state) &&
      wanted("base", row.base_ref) === row.base_ref &&
      // A head without its owner is not looked at.
      (!head?.includes(":") || head === `${owner}:${row.head_ref}`),
  );
  const by = wanted("sort", "created");
  sort(rows, by, wanted("direction", ask.query.has("sort") && by !== "created" ? "asc" : "desc"));
  return { body: page(ask, rows).map((row) => brief(ask, row)) };
}

function brief(ask, row) {
  return Object.fromEntries(Object.entries(shown(ask, row)).filter(([key]) => !ONLY_ALONE.includes(key)));
}

function create(ask) {
  allow(ask, "pull_requests", "write", { person: "read" });
  const { settings } = shelf(ask.repo);
  const mayOpen =
    settings.can_approve_pull_request_reviews && settings.organisation_can_approve_pull_request_reviews;
  if (ask.isWorkflow && !mayOpen) {
    throw new Refusal(403, "GitHub Actions is not permitted to create or approve pull requests.");
  }
  const { title, body, head: wanted = "", base = "", draft = false } = ask.body;
  const [owner] = ask.repo.full_name.split("/");
  const head = wanted.startsWith(`${owner}:`) ? wanted.slice(owner.length + 1) : wanted;
  const at = { head: tipOf(ask.repo, head), base: tipOf(ask.repo, base) };
  for (const field of ["head", "base"]) {
    if (!at[field]) throw invalid("PullRequest", { field, code: "invalid" });
  }
  checkLengths("PullRequest", { title: title ?? "", body });
  if (findOpen(ask.repo, head, base)) {
    throw invalid("PullRequest", { message: `A pull request already exists for ${owner}:${head}.` });
  }
  if (!history(ask.repo, at.head, at.base).length) {
    throw invalid("PullRequest", { message: `No commits between ${base} and ${head}` });
  }
  const row = insertPull(ask, { title, body, head, base, draft, at });
  tell.pull(ask.repo, "opened", row, ask);
  return { status: 201, body: shownPull(ask, row) };
}

function findOpen(repo, head, base) {
  return all(repo).find((row) => row.state === "open" && row.head_ref === head && row.base_ref === base);
}

function insertPull(ask, { title, body, head, base, draft, at }) {
  const { gh, lib } = world;
  const { repo } = ask;
  const issue = insert(repo, { title, body, actor: ask.actor, isPull: true });
  const row = gh.pullRequests.insert({
    node_id: "", number: issue.number, repo_id: repo.id, title, body: body ?? null, state: "open", locked: false,
    user_id: ask.actor.id, assignee_ids: [], label_ids: [], milestone_id: null,
    head_ref: head, head_sha: at.head, head_repo_id: repo.id,
    base_ref: base, base_sha: at.base, base_repo_id: repo.id,
    merged: false, merged_at: null, merged_by_id: null, merge_commit_sha: null,
    mergeable: null, mergeable_state: "unknown", comments: 0, review_comments: 0,
    commits: 0, additions: 0, deletions: 0, changed_files: 0, draft,
    requested_reviewer_ids: [], requested_team_ids: [], closed_at: null, auto_merge: null,
  });
  return gh.pullRequests.update(row.id, { node_id: lib.generateNodeId("PullRequest", row.id) });
}

function get(ask) {
  allow(ask, "pull_requests", "read");
  const row = find(ask);
  return { body: shownPull(ask, row, { mergeable: mergeability(ask, row) }) };
}

function update(ask) {
  const row = find(ask);
  const isAuthor = ask.actor?.id === row.user_id;
  allow(ask, "pull_requests", "write", { person: isAuthor || isAtLeast(ask.actor, ask.repo, "write") });
  const { title, body, state, base } = ask.body;
  checkLengths("PullRequest", { title, body });
  if (base && !tipOf(ask.repo, base)) throw invalid("PullRequest", { field: "base", code: "invalid" });
  const issue = issueOf(ask.repo, row);
  const words = Object.entries({ title, body }).filter(([key, text]) => text !== undefined && text !== issue[key]);
  if (words.length) {
    world.gh.issues.update(issue.id, Object.fromEntries(words));
    const from = Object.fromEntries(words.map(([key]) => [key, { from: issue[key] ?? "" }]));
    tell.pull(ask.repo, "edited", row, ask, { changes: from });
  }
  if (base) world.gh.pullRequests.update(row.id, { base_ref: base });
  if (state && state !== row.state) setPullState(ask, row.number, state);
  return { body: shownPull(ask, fresh(row)) };
}

/** Close or reopen; only what can still be merged comes back. */
export function setPullState(ask, number, state) {
  const row = all(ask.repo).find((one) => one.number === number);
  if (state === "closed") {
    close(ask.repo, row, ask);
    return;
  }
  const tip = tipOf(ask.repo, row.head_ref);
  const [owner] = ask.repo.full_name.split("/");
  const why =
    (row.merged && "The pull request is already merged.") ||
    (!tip && `The ${row.head_ref} branch has been deleted.`) ||
    (!isAncestor(ask.repo, row.head_sha, tip) && `The ${row.head_ref} branch was force-pushed or recreated.`) ||
    (findOpen(ask.repo, row.head_ref, row.base_ref) && `A pull request already exists for ${owner}:${row.head_ref}.`);
  if (why) throw invalid("PullRequest", { field: "state", message: `state cannot be changed. ${why}` });
  const { gh } = world;
  gh.pullRequests.update(row.id, { state: "open", closed_at: null, head_sha: tip });
  gh.issues.update(issueOf(ask.repo, row).id, { state: "open", closed_at: null, closed_by_id: null });
  tell.pull(ask.repo, "reopened", fresh(row), ask);
}

/** Why branch protection does not let a pull request in, or undefined. */
function blocked(ask, row) {
  const rule = world.gh.branchProtections
    .findBy("repo_id", ask.repo.id)
    .find((one) => one.branch_name === row.base_ref);
  if (!rule) return undefined;
  const done = new Set(latest(ask.repo, row.head_sha).filter((one) => one.state === "success").map((one) => one.context));
  const lacking = (rule.required_status_checks?.contexts ?? []).find((context) => !done.has(context));
  if (lacking) return `Required status check "${lacking}" is expected.`;
  if (!rule.required_pull_request_reviews) return undefined;
  if (!ask.isApp && isAtLeast(ask.actor, ask.repo, "admin") && !rule.enforce_admins) return undefined;
  return "At least 1 approving review is required by reviewers with write access.";
}

function merge(ask) {
  allow(ask, "contents", "write");
  const row = find(ask);
  const method = ask.body.merge_method ?? "merge";
  const { head, base } = ends(ask.repo, row);
  if (!ask.repo[{ merge: "allow_merge_commit", squash: "allow_squash_merge", rebase: "allow_rebase_merge" }[method]]) {
    const name = { merge: "Merge commits", squash: "Squash merges", rebase: "Rebase merges" }[method];
    throw new Refusal(405, `${name} are not allowed on this repository.`);
  }
  if (row.state !== "open" || row.draft) throw new Refusal(405, "Pull Request is not mergeable");
  if (ask.body.sha && ask.body.sha !== head) {
    throw new Refusal(409, "Head branch was modified. Review and try the merge again.");
  }
  const why = blocked(ask, row);
  if (why) throw new Refusal(405, why);
  const sha = { merge: joined, squash: squashed, rebase: replayed }[method](ask, row, { head, base });
  if (!sha) throw new Refusal(405, "Pull Request is not mergeable");
  finish(ask, row, { sha, base });
  return { body: { sha, merged: true, message: "Pull Request successfully merged" } };
}

/** Marked as merged before the base moves: then the move does not look like a push that merged it. */
function finish(ask, row, { sha, base }) {
  world.gh.pullRequests.update(row.id, { state: "closed", base_sha: base });
  move(ask.repo, `refs/heads/${row.base_ref}`, sha, ask);
  merged(ask.repo, row, { sha, by: ask });
  if (ask.repo.delete_branch_on_merge && tipOf(ask.repo, row.head_ref)) {
    move(ask.repo, `refs/heads/${row.head_ref}`, undefined, ask);
  }
}

function messageOf(ask, title, text) {
  const head = ask.body.commit_title || title;
  const rest = ask.body.commit_message ?? text;
  return rest ? `${head}\n\n${rest}` : head;
}

function joined(ask, row, { head, base }) {
  const tree = mergeTrees(ask.repo, base, head);
  if (tree === null) return null;
  const [owner] = ask.repo.full_name.split("/");
  const title = `Merge pull request #${row.number} from ${owner}/${row.head_ref}`;
  const message = messageOf(ask, title, issueOf(ask.repo, row).title);
  return commit(ask.repo, { tree, parents: [base, head], message, author: signatureOf(ask.actor) }).sha;
}

function squashed(ask, row, { head, base }) {
  const tree = mergeTrees(ask.repo, base, head);
  if (tree === null) return null;
  const inside = history(ask.repo, head, base).toReversed();
  const [first] = inside;
  const [subject, ...rest] = first.message.split("\n");
  const isOne = inside.length === 1;
  const title = `${isOne ? subject : issueOf(ask.repo, row).title} (#${row.number})`;
  const text = isOne ? rest.join("\n").trim() : inside.map((one) => `* ${one.message}`).join("\n\n");
  const message = messageOf(ask, title, text);
  const author = signatureOf(world.gh.users.get(row.user_id));
  return commit(ask.repo, { tree, parents: [base], message, author }).sha;
}

function replayed(ask, row, { head, base }) {
  let onto = base;
  for (const one of history(ask.repo, head, base).toReversed()) {
    const tree = replay(ask.repo, onto, one);
    if (tree === null) return null;
    const author = { name: one.author_name, email: one.author_email, date: one.author_date };
    const committer = signatureOf(ask.actor);
    onto = commit(ask.repo, { tree, parents: [onto], message: one.message, author, committer }).sha;
  }
  return onto;
}

function files(ask) {
  allow(ask, "pull_requests", "read");
  const { head, base } = ends(ask.repo, find(ask));
  return { body: page(ask, changes(ask, mergeBase(ask.repo, base, head), head)) };
}

function commits(ask) {
  allow(ask, "pull_requests", "read");
  const { head, base } = ends(ask.repo, find(ask));
  return { body: page(ask, history(ask.repo, head, base).toReversed()).map((row) => listed(ask, row)) };
}

function isMerged(ask) {
  allow(ask, "pull_requests", "read");
  if (!find(ask).merged) throw missing();
  return { status: 204 };
}

const AT = "/repos/:owner/:repo/pulls";
export const pulls = [
  ["GET", AT, list],
  ["POST", AT, create],
  ["GET", `${AT}/:number`, get],
  ["PATCH", `${AT}/:number`, update],
  ["GET", `${AT}/:number/merge`, isMerged],
  ["PUT", `${AT}/:number/merge`, merge],
  ["GET", `${AT}/:number/files`, files],
  ["GET", `${AT}/:number/commits`, commits],
];
