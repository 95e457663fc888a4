// Events as GitHub's webhooks deliver them, kept for the tests to read.

import { shelf, world } from "./world.mjs";
import { history } from "./history.mjs";
import { findCommit } from "./git.mjs";
import { shownComment, shownIssue } from "./issues.mjs";
import { shownPull } from "./pulls.mjs";

const NOTHING = "0".repeat(40);

function deliver(repo, name, payload, { actor, isWorkflow = false }) {
  const { gh, lib, baseUrl } = world;
  shelf(repo).deliveries.push({
    name,
    // What the workflow's own token does starts no workflow.
    starts: !isWorkflow,
    payload: {
      ...payload,
      repository: lib.formatRepo(gh.repos.get(repo.id), gh, baseUrl),
      sender: lib.formatUser(actor, baseUrl),
    },
  });
}

function ask(repo) {
  return { repo, base: world.baseUrl };
}

function issue(repo, action, row, by, more = {}) {
  deliver(repo, "issues", { action, issue: shownIssue(ask(repo), row), ...more }, by);
}

function comment(repo, action, row, of, by, more = {}) {
  const payload = { action, issue: shownIssue(ask(repo), of), comment: shownComment(ask(repo), row), ...more };
  deliver(repo, "issue_comment", payload, by);
}

function pull(repo, action, row, by, more = {}) {
  const payload = { action, number: row.number, pull_request: shownPull(ask(repo), row), ...more };
  deliver(repo, "pull_request", payload, by);
}

function push(repo, { ref, before = NOTHING, after = NOTHING, actor, isWorkflow }) {
  const isNew = before === NOTHING;
  const known = isNew ? undefined : before;
  const rows = after === NOTHING ? [] : history(repo, after, known).slice(0, 20).toReversed();
  const payload = {
    ref, before, after, created: isNew, deleted: after === NOTHING, forced: false, base_ref: null,
    commits: rows.map(pushed),
    head_commit: after === NOTHING ? null : pushed(findCommit(repo, after)),
    pusher: { name: actor.login, email: actor.email },
  };
  deliver(repo, "push", payload, { actor, isWorkflow });
}

function pushed(row) {
  const person = (name, email) => ({ name, email });
  return {
    id: row.sha, tree_id: row.tree_sha, distinct: true, message: row.message, timestamp: row.committer_date,
    author: person(row.author_name, row.author_email),
    committer: person(row.committer_name, row.committer_email),
    added: [], removed: [], modified: [],
  };
}

export const tell = { issue, comment, pull, push };

/** A start by hand: it starts a workflow, whoever asked. */
export function deliverDispatch(repo, payload, actor) {
  deliver(repo, "workflow_dispatch", payload, { actor });
}
