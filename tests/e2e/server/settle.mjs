// Open pull requests follow their branches.

import { world, now } from "./world.mjs";
import { history, isAncestor } from "./history.mjs";
import { tell } from "./events.mjs";

/** Bring the pull requests from and to a branch up to its new tip, and heed its new commits. */
export function settle(repo, { branch, before, after, actor, isWorkflow }) {
  const by = { actor, isWorkflow };
  const open = world.gh.pullRequests.findBy("repo_id", repo.id).filter((row) => row.state === "open");
  for (const row of open.filter((one) => one.head_ref === branch)) follow(repo, row, { before, after, by });
  for (const row of open.filter((one) => one.base_ref === branch && one.head_ref !== branch)) {
    if (!after) close(repo, row, by);
    else if (world.gh.pullRequests.get(row.id).state === "open") absorb(repo, row, { after, by });
  }
  if (branch !== repo.default_branch || !before || !after) return;
  const words = history(repo, after, before).map((row) => row.message);
  finishAll(repo, words.join("\n"), by);
}

function follow(repo, row, { before, after, by }) {
  if (!after) {
    close(repo, row, by);
    return;
  }
  const base = world.gh.refs.findBy("repo_id", repo.id).find((one) => one.ref === `refs/heads/${row.base_ref}`);
  const moved = world.gh.pullRequests.update(row.id, { head_sha: after });
  world.gh.issues.update(issueOf(repo, row).id, {});
  // A branch that was reset to what its base has already leaves nothing to merge.
  if (base && isAncestor(repo, after, base.sha)) close(repo, moved, by);
  else tell.pull(repo, "synchronize", moved, by, { before, after });
}

/** A base that got the head's commits by a push has merged it. */
function absorb(repo, row, { after, by }) {
  if (isAncestor(repo, row.head_sha, after)) merged(repo, row, { sha: after, by });
}

export function issueOf(repo, row) {
  return world.gh.issues.findBy("repo_id", repo.id).find((one) => one.number === row.number);
}

/** Close a pull request, unmerged. */
export function close(repo, row, by) {
  const { gh } = world;
  const base = gh.refs.findBy("repo_id", repo.id).find((one) => one.ref === `refs/heads/${row.base_ref}`);
  gh.pullRequests.update(row.id, { state: "closed", closed_at: now(), base_sha: base?.sha ?? row.base_sha });
  gh.issues.update(issueOf(repo, row).id, { state: "closed", closed_at: now(), closed_by_id: by.actor.id });
  tell.pull(repo, "closed", gh.pullRequests.get(row.id), by);
}

/** Note that a pull request was merged, and close the issues that it says it closes. */
export function merged(repo, row, { sha, by }) {
  const { gh } = world;
  const at = now();
  const was = { state: "closed", closed_at: at };
  gh.pullRequests.update(row.id, {
    ...was, merged: true, merged_at: at, merged_by_id: by.actor.id, merge_commit_sha: sha,
  });
  const issue = gh.issues.update(issueOf(repo, row).id, { ...was, closed_by_id: by.actor.id });
  tell.pull(repo, "closed", gh.pullRequests.get(row.id), by);
  if (row.base_ref === repo.default_branch) finishAll(repo, issue.body ?? "", by);
}

function finishAll(repo, text, by) {
  for (const number of named(repo, text)) finish(repo, number, by);
}

/** The issues behind closing words, as in "Fixes #12". */
function named(repo, text) {
  const pattern = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:([\w.-]+\/[\w.-]+))?#(\d+)\b/gi;
  const found = [...text.matchAll(pattern)].filter(([, where]) => !where || where === repo.full_name);
  return new Set(found.map(([, , number]) => Number(number)));
}

function finish(repo, number, by) {
  const { gh } = world;
  const row = gh.issues.findBy("repo_id", repo.id).find((one) => one.number === number);
  if (!row || row.state === "closed" || row.is_pull_request) return;
  const closed = gh.issues.update(row.id, {
    state: "closed", state_reason: "completed", closed_at: now(), closed_by_id: by.actor.id,
  });
  tell.issue(repo, "closed", closed, by);
}
