// How tests make repositories and people, break settings, and read everything.

import { ACTIONS_APP, account, missing, shelf, world } from "./world.mjs";
import { commit, findRef, move, signatureOf, textsOf, tipOf, treeWith } from "./git.mjs";
import { create, mint } from "./apps.mjs";
import { dump } from "./dump.mjs";
import { insert } from "./issues.mjs";
import { leave } from "./limits.mjs";
import { make } from "./labels.mjs";
import { tell } from "./events.mjs";

/** What GitHub gives a new repository. */
const FIRST_LABELS = {
  bug: "d73a4a", documentation: "0075ca", duplicate: "cfd3d7", enhancement: "a2eeef", "good first issue": "7057ff",
  "help wanted": "008672", invalid: "e4e669", question: "d876e3", wontfix: "ffffff",
};
/** Settings that the store keeps itself. */
const COLUMNS = new Set([
  "has_issues", "archived", "default_branch", "private", "visibility", "description",
  "allow_merge_commit", "allow_squash_merge", "allow_rebase_merge", "delete_branch_on_merge",
]);

function wanted(ask) {
  const repo = world.gh.repos.findOneBy("full_name", ask.body.repository);
  if (!repo) throw missing();
  return repo;
}

function personToken(login) {
  const user = account({ login });
  const token = `ghp_${login}`;
  world.tokenMap.set(token, { login, id: user.id, scopes: ["repo", "admin:org"] });
  return token;
}

function organisation(login) {
  const { gh, lib } = world;
  const present = gh.orgs.findOneBy("login", login);
  if (present) return present;
  const row = gh.orgs.insert({
    login, node_id: "", description: null, name: login, company: null, blog: "", location: null, email: null,
    twitter_username: null, is_verified: false, has_organization_projects: true, has_repository_projects: true,
    public_repos: 0, public_gists: 0, followers: 0, following: 0, members_can_create_repositories: true,
    default_repository_permission: "read", billing_email: null,
  });
  return gh.orgs.update(row.id, { node_id: lib.generateNodeId("Organization", row.id) });
}

function repository(ask) {
  const { owner, name, files, people = {}, is_organisation: isOrganisation = true } = ask.body;
  const { gh, lib } = world;
  const holder = isOrganisation ? organisation(owner) : account({ login: owner });
  const row = gh.repos.insert({
    node_id: "", name, full_name: `${owner}/${name}`, owner_id: holder.id,
    owner_type: isOrganisation ? "Organization" : "User",
    private: false, visibility: "public", description: null, fork: false, forked_from_id: null, homepage: null,
    language: null, languages: {}, forks_count: 0, stargazers_count: 0, watchers_count: 0, size: 0,
    default_branch: "main", open_issues_count: 0, topics: [], has_issues: true, has_projects: true, has_wiki: true,
    has_pages: false, has_downloads: true, has_discussions: false, archived: false, disabled: false, pushed_at: null,
    allow_rebase_merge: true, allow_squash_merge: true, allow_merge_commit: true, allow_auto_merge: false,
    delete_branch_on_merge: false, allow_forking: true, is_template: false, license: null,
  });
  const repo = gh.repos.update(row.id, { node_id: lib.generateNodeId("Repository", row.id) });
  for (const [login, permission] of Object.entries(people)) {
    const user = account({ login });
    gh.collaborators.insert({ repo_id: repo.id, user_id: user.id, permission });
  }
  for (const [label, color] of Object.entries(FIRST_LABELS)) make(repo, { name: label, color });
  const actor = account({ login: Object.keys(people)[0] ?? "ghost" });
  const tree = treeWith(repo, undefined, files);
  const first = commit(repo, { tree, parents: [], message: "Initial commit", author: signatureOf(actor) });
  move(repo, "refs/heads/main", first.sha, { actor });
  shelf(repo).deliveries.length = 0;
  return { body: { full_name: repo.full_name, id: repo.id } };
}

/** A token of an app's installation with exactly these permissions. */
function token(ask) {
  const slug = ask.body.app ?? ACTIONS_APP.slug;
  const app = world.gh.apps.all().find((row) => row.slug === slug);
  return { body: { token: mint(wanted(ask), app, ask.body.permissions, 1) } };
}

async function app(ask) {
  const { app_id, private_key } = await create(wanted(ask), ask.body);
  return { body: { app_id, private_key } };
}

function settings(ask) {
  const repo = wanted(ask);
  const given = Object.entries(ask.body.settings);
  world.gh.repos.update(repo.id, Object.fromEntries(given.filter(([key]) => COLUMNS.has(key))));
  Object.assign(shelf(repo).settings, Object.fromEntries(given.filter(([key]) => !COLUMNS.has(key))));
  return { status: 204 };
}

function protect(ask) {
  const { gh } = world;
  const repo = wanted(ask);
  const { branch, contexts = [], reviews = 0, enforce_admins = false } = ask.body;
  for (const row of gh.branchProtections.findBy("repo_id", repo.id)) {
    if (row.branch_name === branch) gh.branchProtections.delete(row.id);
  }
  if (!contexts.length && !reviews) return { status: 204 };
  gh.branchProtections.insert({
    repo_id: repo.id, branch_name: branch, enforce_admins, restrictions: null,
    required_status_checks: contexts.length ? { strict: false, contexts, checks: [] } : null,
    required_pull_request_reviews: reviews
      ? { required_approving_review_count: reviews, dismiss_stale_reviews: false, require_code_owner_reviews: false }
      : null,
    required_linear_history: false, allow_force_pushes: false, allow_deletions: false, required_signatures: false,
  });
  return { status: 204 };
}

/** Take an issue away: deleted, or moved to another repository of the box. */
function remove(ask) {
  const { gh } = world;
  const repo = wanted(ask);
  const row = gh.issues.findBy("repo_id", repo.id).find((one) => one.number === ask.body.number);
  const by = { actor: account({ login: ask.body.login }) };
  tell.issue(repo, ask.body.to ? "transferred" : "deleted", row, by);
  const comments = gh.comments.findBy("repo_id", repo.id).filter((one) => one.issue_number === row.number);
  shelf(repo).gone.set(row.number, ask.body.to ? moved(row, comments, ask.body.to) : "deleted");
  for (const one of comments) gh.comments.delete(one.id);
  gh.issues.delete(row.id);
  return { status: 204 };
}

function moved(row, comments, to) {
  const { gh } = world;
  const there = gh.repos.findOneBy("full_name", to);
  if (!there) return `/repositories/${row.id + 10 ** 9}/issues/${row.number}`;
  const made = insert(there, { title: row.title, body: row.body, actor: gh.users.get(row.user_id) });
  for (const { id, ...one } of comments) gh.comments.insert({ ...one, repo_id: there.id, issue_number: made.number });
  gh.issues.update(made.id, { comments: comments.length });
  return `/repos/${to}/issues/${made.number}`;
}

/** A person's edit of a branch in the browser; a branch that is not there starts at the default one. */
function edit(ask) {
  const repo = wanted(ask);
  const { login, branch, files, message } = ask.body;
  const actor = account({ login });
  const parent = tipOf(repo, branch) ?? tipOf(repo, repo.default_branch);
  const below = world.gh.commits.findBy("sha", parent).find((row) => row.repo_id === repo.id);
  const tree = treeWith(repo, below.tree_sha, files);
  const made = commit(repo, { tree, parents: [parent], message, author: signatureOf(actor) });
  move(repo, `refs/heads/${branch}`, made.sha, { actor });
  return { body: { sha: made.sha } };
}

function files(ask) {
  const repo = wanted(ask);
  const { ref } = ask.body;
  const sha = tipOf(repo, ref) ?? findRef(repo, ref)?.sha ?? ref;
  return { body: textsOf(repo, sha) };
}

function remaining(ask) {
  leave(ask.body.token, ask.body.remaining, ask.body.limit);
  return { status: 204 };
}

const AT = "/__box";
export const control = [
  ["GET", `${AT}/ready`, () => ({ body: { holder: process.env.GITHUB_BOX_HOLDER } })],
  ["POST", `${AT}/repository`, repository],
  ["POST", `${AT}/person`, (ask) => ({ body: { token: personToken(ask.body.login) } })],
  ["POST", `${AT}/token`, token],
  ["POST", `${AT}/app`, app],
  ["POST", `${AT}/settings`, settings],
  ["POST", `${AT}/protect`, protect],
  ["POST", `${AT}/remove`, remove],
  ["POST", `${AT}/commit`, edit],
  ["POST", `${AT}/files`, files],
  ["POST", `${AT}/remaining`, remaining],
  ["POST", `${AT}/deliveries`, (ask) => ({ body: shelf(wanted(ask)).deliveries.slice(ask.body.since ?? 0) })],
  ["POST", `${AT}/dump`, (ask) => ({ body: dump(wanted(ask)) })],
];
