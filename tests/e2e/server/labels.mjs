// The repository's labels, and those on an issue or pull request.

import { invalid, missing, world } from "./world.mjs";
import { allow } from "./rights.mjs";
import { changeLabels, findIssue } from "./issues.mjs";
import { page } from "./pages.mjs";

const all = (repo) => world.gh.labels.findBy("repo_id", repo.id);

function find(repo, name) {
  return all(repo).find((row) => row.name.toLowerCase() === name.toLowerCase());
}

export function make(repo, { name, color = "ededed", description = null }) {
  if (!name || [...name].length > 50) throw invalid("Label", { field: "name", code: "invalid" });
  if (!/^[0-9a-f]{6}$/i.test(color)) throw invalid("Label", { field: "color", code: "invalid" });
  if ([...(description ?? "")].length > 100) {
    throw invalid("Label", { field: "description", message: "description is too long (maximum is 100 characters)" });
  }
  const { gh, lib } = world;
  const row = gh.labels.insert({
    node_id: "", repo_id: repo.id, name, description, color: color.toLowerCase(), default: false,
  });
  return gh.labels.update(row.id, { node_id: lib.generateNodeId("Label", row.id) });
}

/** The ids of labels by name; GitHub makes those that it does not know where `isMade`. */
export function labelIds(repo, names, { isMade }) {
  const rows = names.map((name) => find(repo, name) ?? (isMade ? make(repo, { name }) : undefined));
  return [...new Set(rows.filter(Boolean).map((row) => row.id))];
}

const shown = (ask) => (row) => world.lib.formatLabel(row, ask.repo, ask.base);

function list(ask) {
  allow(ask, ["issues", "pull_requests"], "read");
  const rows = all(ask.repo).toSorted((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  return { body: page(ask, rows).map(shown(ask)) };
}

function create(ask) {
  allow(ask, ["issues", "pull_requests"], "write");
  if (find(ask.repo, ask.body.name ?? "")) throw invalid("Label", { field: "name", code: "already_exists" });
  return { status: 201, body: shown(ask)(make(ask.repo, ask.body)) };
}

function named(ask) {
  const row = find(ask.repo, ask.params.name);
  if (!row) throw missing();
  return row;
}

function get(ask) {
  allow(ask, ["issues", "pull_requests"], "read");
  return { body: shown(ask)(named(ask)) };
}

function update(ask) {
  allow(ask, ["issues", "pull_requests"], "write");
  const row = named(ask);
  const { new_name: name = row.name, color = row.color, description = row.description } = ask.body;
  const other = find(ask.repo, name);
  if (other && other.id !== row.id) throw invalid("Label", { field: "name", code: "already_exists" });
  return { body: shown(ask)(world.gh.labels.update(row.id, { name, color, description })) };
}

function remove(ask) {
  allow(ask, ["issues", "pull_requests"], "write");
  const row = named(ask);
  for (const issue of world.gh.issues.findBy("repo_id", ask.repo.id)) {
    world.gh.issues.update(issue.id, { label_ids: issue.label_ids.filter((id) => id !== row.id) });
  }
  world.gh.labels.delete(row.id);
  return { status: 204 };
}

const nameOf = (issue) => (issue.is_pull_request ? "pull_requests" : "issues");
const rows = (ids) => ids.map((id) => world.gh.labels.get(id));

function listOf(ask) {
  allow(ask, ["issues", "pull_requests"], "read");
  const issue = findIssue(ask, { isBelow: true });
  return { body: page(ask, rows(issue.label_ids)).map(shown(ask)) };
}

/** Change an issue's labels by what `next` makes of the present and the wanted ids. */
function change(next) {
  return (ask) => {
    const issue = findIssue(ask, { isBelow: true });
    allow(ask, nameOf(issue), "write", { person: "triage" });
    const names = (ask.body.labels ?? (Array.isArray(ask.body) ? ask.body : [])).map((one) => one.name ?? one);
    changeLabels(ask, issue, next(issue.label_ids, labelIds(ask.repo, names, { isMade: true }), ask));
    return { body: rows(world.gh.issues.get(issue.id).label_ids).map(shown(ask)) };
  };
}

const add = change((present, wanted) => [...new Set([...present, ...wanted])]);
const set = change((_, wanted) => wanted);
const takeOff = change((present, _, ask) => {
  const row = find(ask.repo, ask.params.name);
  if (!row || !present.includes(row.id)) throw invalidLabel();
  return present.filter((id) => id !== row.id);
});
const clear = (ask) => ({ ...change(() => [])(ask), status: 204, body: undefined });

function invalidLabel() {
  return Object.assign(missing(), { message: "Label does not exist" });
}

const AT = "/repos/:owner/:repo";
export const labels = [
  ["GET", `${AT}/labels`, list],
  ["POST", `${AT}/labels`, create],
  ["GET", `${AT}/labels/:name`, get],
  ["PATCH", `${AT}/labels/:name`, update],
  ["DELETE", `${AT}/labels/:name`, remove],
  ["GET", `${AT}/issues/:number/labels`, listOf],
  ["POST", `${AT}/issues/:number/labels`, add],
  ["PUT", `${AT}/issues/:number/labels`, set],
  ["DELETE", `${AT}/issues/:number/labels`, clear],
  ["DELETE", `${AT}/issues/:number/labels/:name`, takeOff],
];
