// The whole state of a repository, without what differs from run to run: SHAs, dates, ids, its name.

import { world } from "./world.mjs";
import { findCommit, textsOf } from "./git.mjs";
import { history, mergeBase } from "./history.mjs";
import { latest } from "./statuses.mjs";
import { issueOf } from "./settle.mjs";

const NAME = "OWNER/REPOSITORY";

export function dump(repo) {
  const { gh } = world;
  const rows = (name) => gh[name].findBy("repo_id", repo.id);
  const state = {
    issues: byNumber(rows("issues").filter((row) => !row.is_pull_request)).map((row) => issue(repo, row)),
    pulls: byNumber(rows("pullRequests")).map((row) => pull(repo, row)),
    labels: rows("labels").map(({ name, color, description }) => ({ name, color, description })).sort(byName),
    refs: Object.fromEntries(rows("refs").map((row) => [row.ref, textsOf(repo, row.sha)]).sort()),
    commits: Object.fromEntries(rows("refs").map((row) => [row.ref, commits(repo, row)]).sort()),
    statuses: Object.fromEntries(rows("refs").map((row) => [row.ref, statuses(repo, row.sha)]).sort()),
  };
  return JSON.parse(plain(JSON.stringify(state), repo));
}

const byNumber = (rows) => rows.sort((a, b) => a.number - b.number);
const byName = (a, b) => (a.name < b.name ? -1 : 1);
const login = (id) => world.gh.users.get(id)?.login ?? null;
const labels = (row) => row.label_ids.map((id) => world.gh.labels.get(id).name).sort();

/** Names of this repository and of commits give way to words that are the same in every run. */
function plain(text, repo) {
  return text.replaceAll(repo.full_name, NAME).replace(/\b[0-9a-f]{40}\b/g, "COMMIT");
}

function issue(repo, row) {
  const { number, title, body, state, state_reason, locked } = row;
  const author = login(row.user_id);
  const said = comments(repo, row);
  return { number, title, body, state, state_reason, locked, author, labels: labels(row), comments: said };
}

function comments(repo, { number }) {
  return world.gh.comments
    .findBy("repo_id", repo.id)
    .filter((row) => row.issue_number === number)
    .map((row) => ({ author: login(row.user_id), body: row.body }));
}

function pull(repo, row) {
  const { merged, head_ref: head, base_ref: base } = row;
  const { state_reason, ...shown } = issue(repo, issueOf(repo, row));
  return { ...shown, merged, merged_by: login(row.merged_by_id), head, base };
}

/** What a branch has on top of the default branch; of that one, everything. The oldest first. */
function commits(repo, { ref, sha }) {
  const main = `refs/heads/${repo.default_branch}`;
  const tip = world.gh.refs.findBy("repo_id", repo.id).find((row) => row.ref === main).sha;
  const since = ref === main ? undefined : mergeBase(repo, tip, sha);
  return history(repo, sha, since).toReversed().map((row) => ({ author: row.author_name, message: row.message }));
}

function statuses(repo, sha) {
  return latest(repo, findCommit(repo, sha).sha)
    .map(({ context, state, description, target_url }) => ({ context, state, description, target_url }))
    .sort((a, b) => (a.context < b.context ? -1 : 1));
}
