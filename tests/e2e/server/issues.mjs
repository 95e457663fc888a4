// Issues and the comments on issues and pull requests.

import { Refusal, invalid, missing, now, shelf, world } from "./world.mjs";
import { allow, isAtLeast, isCollaborator } from "./rights.mjs";
import { labelIds } from "./labels.mjs";
import { page } from "./pages.mjs";
import { tell } from "./events.mjs";
import { setPullState } from "./pulls.mjs";

export const LONGEST_BODY = 65536;
export const LONGEST_TITLE = 256;

/** GitHub counts characters as people see them in code points. */
export function checkLengths(resource, { title, body }) {
  if (title !== undefined && title !== null && ![...title].length) {
    throw invalid(resource, { field: "title", code: "missing_field" });
  }
  if ([...(title ?? "")].length > LONGEST_TITLE) {
    throw invalid(resource, { field: "title", message: `title is too long (maximum is ${LONGEST_TITLE} characters)` });
  }
  if ([...(body ?? "")].length > LONGEST_BODY) {
    throw invalid(resource, { field: "body", message: `body is too long (maximum is ${LONGEST_BODY} characters)` });
  }
}

/** Apps need the permission of what the number is: an issue or a pull request. */
const nameOf = (row) => (row.is_pull_request ? "pull_requests" : "issues");

export function findIssue(ask, { isBelow = false } = {}) {
  const number = Number(ask.params.number);
  const gone = shelf(ask.repo).gone.get(number);
  if (gone === "deleted") throw new Refusal(410, "This issue was deleted");
  // A transfer redirects who asks for the issue, not who asks for something below it.
  if (gone && isBelow) throw missing();
  if (gone) throw new Refusal(301, "Moved Permanently", { headers: { Location: ask.base + gone } });
  const row = world.gh.issues.findBy("repo_id", ask.repo.id).find((one) => one.number === number);
  if (!row) throw missing();
  if (!ask.repo.has_issues && !row.is_pull_request) throw new Refusal(410, "Issues are disabled for this repo");
  return row;
}

function findComment(ask) {
  const row = world.gh.comments.get(Number(ask.params.id));
  if (!row || row.repo_id !== ask.repo.id || row.comment_type !== "issue") throw missing();
  return row;
}

function issueOfComment(ask, comment) {
  return world.gh.issues.findBy("repo_id", ask.repo.id).find((one) => one.number === comment.issue_number);
}

export function shownIssue(ask, row) {
  const { gh, lib } = world;
  const shown = lib.formatIssue(gh.issues.get(row.id), gh, ask.base);
  if (!row.is_pull_request) return shown;
  const pull = gh.pullRequests.findBy("repo_id", ask.repo.id).find((one) => one.number === row.number);
  const at = `${ask.base}/repos/${ask.repo.full_name}/pulls/${row.number}`;
  const html = `${ask.base}/${ask.repo.full_name}/pull/${row.number}`;
  return {
    ...shown, html_url: html, draft: false,
    pull_request: {
      url: at, html_url: html, diff_url: `${html}.diff`, patch_url: `${html}.patch`, merged_at: pull.merged_at,
    },
  };
}

export function shownComment(ask, row) {
  const { gh, lib } = world;
  const issue = gh.issues.findBy("repo_id", row.repo_id).find((one) => one.number === row.issue_number);
  const shown = lib.formatComment(row, gh, ask.base);
  if (issue?.is_pull_request) shown.html_url = shown.html_url.replace("/issues/", "/pull/");
  return shown;
}

/** Nobody but collaborators writes where the conversation is locked; apps are none. */
function checkLock(ask, issue, what) {
  if (issue.locked && !isCollaborator(ask)) {
    throw new Refusal(403, `Unable to ${what} because issue is locked.`);
  }
}

function list(ask) {
  allow(ask, ["issues", "pull_requests"], "read");
  if (!ask.repo.has_issues) throw new Refusal(410, "Issues are disabled for this repo");
  const { gh } = world;
  const wanted = (name, otherwise) => ask.query.get(name) ?? otherwise;
  const state = wanted("state", "open");
  const names = wanted("labels", "").split(",").filter(Boolean).map((name) => name.trim().toLowerCase());
  const since = Date.parse(wanted("since", "1970-01-01T00:00:00Z"));
  const rows = gh.issues.findBy("repo_id", ask.repo.id).filter((row) => {
    const has = new Set(row.label_ids.map((id) => gh.labels.get(id)?.name.toLowerCase()));
    const creator = gh.users.get(row.user_id)?.login;
    return (
      (state === "all" || row.state === state) && names.every((name) => has.has(name)) &&
      Date.parse(row.updated_at) >= since && wanted("creator", creator) === creator
    );
  });
  sort(rows, wanted("sort", "created"), wanted("direction", "desc"));
  return { body: page(ask, rows).map((row) => shownIssue(ask, row)) };
}

/** Sort by a date or a number of comments; what is equal there, by number. */
export function sort(rows, by, direction) {
  const key = by === "comments" ? (row) => row.comments : (row) => row[`${by}_at`] ?? "";
  rows.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : (a.number ?? a.id) - (b.number ?? b.id)));
  if (direction === "desc") rows.reverse();
}

/** A new issue's row, or a pull request's. */
export function insert(repo, { title, body, actor, labels = [], isPull = false }) {
  const { gh, lib } = world;
  const past = [...shelf(repo).gone.keys()].map((number) => number + 1);
  const row = gh.issues.insert({
    node_id: "", number: Math.max(lib.getNextIssueNumber(gh, repo.id), ...past), repo_id: repo.id,
    title, body: body ?? null, state: "open", state_reason: null, locked: false, active_lock_reason: null,
    user_id: actor.id, assignee_ids: [], label_ids: labels, milestone_id: null, comments: 0,
    closed_at: null, closed_by_id: null, is_pull_request: isPull,
  });
  return gh.issues.update(row.id, { node_id: lib.generateNodeId("Issue", row.id) });
}

function create(ask) {
  allow(ask, "issues", "write", { person: "read" });
  if (!ask.repo.has_issues) throw new Refusal(410, "Issues are disabled for this repo");
  const { title, body, labels = [] } = ask.body;
  checkLengths("Issue", { title: title ?? "", body });
  const names = labels.map((label) => label.name ?? label);
  const row = insert(ask.repo, { title, body, actor: ask.actor, labels: given(ask, names) });
  tell.issue(ask.repo, "opened", row, ask);
  for (const id of row.label_ids) tell.issue(ask.repo, "labeled", row, ask, { label: labelOf(ask, id) });
  return { status: 201, body: shownIssue(ask, row) };
}

/**
 * The labels of a new issue: a form gives those that exist, to whoever fills it in; else who may
 * not push gives none.
 */
function given(ask, names) {
  const isForm = ask.c.req.header("X-Box-Form") === "1";
  if (isForm) return labelIds(ask.repo, names, { isMade: false });
  if (!ask.isApp && !isAtLeast(ask.actor, ask.repo, "triage")) return [];
  return labelIds(ask.repo, names, { isMade: true });
}

function labelOf(ask, id) {
  return world.lib.formatLabel(world.gh.labels.get(id), ask.repo, ask.base);
}

function get(ask) {
  allow(ask, ["issues", "pull_requests"], "read");
  return { body: shownIssue(ask, findIssue(ask)) };
}

function update(ask) {
  const row = findIssue(ask);
  const isAuthor = ask.actor?.id === row.user_id;
  const isMaintainer = isAtLeast(ask.actor, ask.repo, "triage");
  allow(ask, nameOf(row), "write", { person: isAuthor || isMaintainer });
  checkLock(ask, row, "update issue");
  const { title, body, labels, state } = ask.body;
  checkLengths("Issue", { title, body });
  const words = { title, body };
  const changed = Object.fromEntries(
    Object.entries(words).filter(([key, text]) => text !== undefined && text !== row[key]),
  );
  if (labels && (ask.isApp || isMaintainer)) {
    const names = labels.map((one) => one.name ?? one);
    changeLabels(ask, row, labelIds(ask.repo, names, { isMade: true }));
  }
  if (Object.keys(changed).length) edit(ask, row, changed);
  if (state && state !== row.state) setState(ask, row);
  return { body: shownIssue(ask, row) };
}

function edit(ask, row, changed) {
  const { gh } = world;
  const after = gh.issues.update(row.id, changed);
  const changes = Object.fromEntries(Object.keys(changed).map((key) => [key, { from: row[key] ?? "" }]));
  if (!row.is_pull_request) {
    tell.issue(ask.repo, "edited", after, ask, { changes });
    return;
  }
  const pull = gh.pullRequests.findBy("repo_id", ask.repo.id).find((one) => one.number === row.number);
  tell.pull(ask.repo, "edited", pull, ask, { changes });
}

function setState(ask, row) {
  if (row.is_pull_request) {
    setPullState(ask, row.number, ask.body.state);
    return;
  }
  const isOpen = ask.body.state === "open";
  const after = world.gh.issues.update(row.id, {
    state: ask.body.state,
    state_reason: isOpen ? "reopened" : (ask.body.state_reason ?? "completed"),
    closed_at: isOpen ? null : now(),
    closed_by_id: isOpen ? null : ask.actor.id,
  });
  tell.issue(ask.repo, isOpen ? "reopened" : "closed", after, ask);
}

/** Give an issue exactly these labels, and tell of each that came or went. */
export function changeLabels(ask, row, ids) {
  const was = world.gh.issues.get(row.id);
  const gone = was.label_ids.filter((id) => !ids.includes(id));
  const come = ids.filter((id) => !was.label_ids.includes(id));
  if (!gone.length && !come.length) return;
  const after = world.gh.issues.update(row.id, { label_ids: ids });
  const pull = world.gh.pullRequests.findBy("repo_id", ask.repo.id).find((one) => one.number === row.number);
  const say = row.is_pull_request
    ? (action, id) => tell.pull(ask.repo, action, pull, ask, { label: labelOf(ask, id) })
    : (action, id) => tell.issue(ask.repo, action, after, ask, { label: labelOf(ask, id) });
  for (const id of gone) say("unlabeled", id);
  for (const id of come) say("labeled", id);
}

function lock(ask) {
  const row = findIssue(ask, { isBelow: true });
  allow(ask, nameOf(row), "write");
  world.gh.issues.update(row.id, { locked: true, active_lock_reason: ask.body.lock_reason ?? null });
  tell.issue(ask.repo, "locked", row, ask);
  return { status: 204 };
}

function unlock(ask) {
  const row = findIssue(ask, { isBelow: true });
  allow(ask, nameOf(row), "write");
  world.gh.issues.update(row.id, { locked: false, active_lock_reason: null });
  tell.issue(ask.repo, "unlocked", row, ask);
  return { status: 204 };
}

const commentsOf = (repo) => world.gh.comments.findBy("repo_id", repo.id).filter((row) => row.comment_type === "issue");

function listComments(ask) {
  allow(ask, ["issues", "pull_requests"], "read");
  const { number } = findIssue(ask, { isBelow: true });
  const since = Date.parse(ask.query.get("since") ?? "1970-01-01T00:00:00Z");
  const rows = commentsOf(ask.repo).filter((row) => row.issue_number === number && Date.parse(row.updated_at) >= since);
  sort(rows, "created", "asc");
  return { body: page(ask, rows).map((row) => shownComment(ask, row)) };
}

function listAllComments(ask) {
  allow(ask, ["issues", "pull_requests"], "read");
  const since = Date.parse(ask.query.get("since") ?? "1970-01-01T00:00:00Z");
  const rows = commentsOf(ask.repo).filter((row) => Date.parse(row.updated_at) >= since);
  sort(rows, ask.query.get("sort") ?? "created", ask.query.get("direction") ?? (ask.query.get("sort") ? "desc" : "asc"));
  return { body: page(ask, rows).map((row) => shownComment(ask, row)) };
}

function createComment(ask) {
  const issue = findIssue(ask, { isBelow: true });
  allow(ask, nameOf(issue), "write", { person: "read" });
  checkLock(ask, issue, "create comment");
  const { body = "" } = ask.body;
  if (!body.trim()) throw invalid("IssueComment", { field: "body", code: "unprocessable", message: "Body cannot be blank" });
  checkLengths("IssueComment", { body });
  const { gh, lib } = world;
  const row = gh.comments.insert({
    node_id: "", repo_id: ask.repo.id, issue_number: issue.number, pull_number: null, commit_sha: null, body,
    user_id: ask.actor.id, in_reply_to_id: null, path: null, position: null, line: null, side: null,
    subject_type: null, comment_type: "issue", review_id: null,
  });
  const made = gh.comments.update(row.id, { node_id: lib.generateNodeId("IssueComment", row.id) });
  // Both dates are the same until somebody edits.
  made.updated_at = made.created_at;
  gh.issues.update(issue.id, { comments: issue.comments + 1 });
  tell.comment(ask.repo, "created", made, issue, ask);
  return { status: 201, body: shownComment(ask, made) };
}

function getComment(ask) {
  allow(ask, ["issues", "pull_requests"], "read");
  return { body: shownComment(ask, findComment(ask)) };
}

function updateComment(ask) {
  const row = findComment(ask);
  const issue = issueOfComment(ask, row);
  const isAuthor = ask.actor?.id === row.user_id;
  allow(ask, nameOf(issue), "write", { person: isAuthor || isAtLeast(ask.actor, ask.repo, "write") });
  checkLock(ask, issue, "update comment");
  const { body = "" } = ask.body;
  if (!body.trim()) throw invalid("IssueComment", { field: "body", code: "unprocessable", message: "Body cannot be blank" });
  checkLengths("IssueComment", { body });
  const after = world.gh.comments.update(row.id, { body });
  world.gh.issues.update(issue.id, {});
  tell.comment(ask.repo, "edited", after, issue, ask, { changes: { body: { from: row.body } } });
  return { body: shownComment(ask, after) };
}

function deleteComment(ask) {
  const row = findComment(ask);
  const issue = issueOfComment(ask, row);
  const isAuthor = ask.actor?.id === row.user_id;
  allow(ask, nameOf(issue), "write", { person: isAuthor || isAtLeast(ask.actor, ask.repo, "write") });
  world.gh.comments.delete(row.id);
  world.gh.issues.update(issue.id, { comments: issue.comments - 1 });
  tell.comment(ask.repo, "deleted", row, issue, ask);
  return { status: 204 };
}

const AT = "/repos/:owner/:repo/issues";
export const issues = [
  ["GET", AT, list],
  ["POST", AT, create],
  ["GET", `${AT}/comments`, listAllComments],
  ["GET", `${AT}/comments/:id`, getComment],
  ["PATCH", `${AT}/comments/:id`, updateComment],
  ["DELETE", `${AT}/comments/:id`, deleteComment],
  ["GET", `${AT}/:number`, get],
  ["PATCH", `${AT}/:number`, update],
  ["PUT", `${AT}/:number/lock`, lock],
  ["DELETE", `${AT}/:number/lock`, unlock],
  ["GET", `${AT}/:number/comments`, listComments],
  ["POST", `${AT}/:number/comments`, createComment],
];
