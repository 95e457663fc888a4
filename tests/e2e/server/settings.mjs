// What a repository is, who may do what in it, and what its settings allow.

import { Refusal, missing, shelf, world } from "./world.mjs";
import { allow, role } from "./rights.mjs";
import { findCommit, listed, textsOf, tipOf } from "./git.mjs";
import { deliverDispatch } from "./events.mjs";
import { page } from "./pages.mjs";

function repository(ask) {
  if (role(ask.actor, ask.repo) === "none" && !ask.isApp) throw missing();
  const { gh, lib } = world;
  const shown = lib.formatRepo(ask.repo, gh, ask.base, ask.actor?.id ?? 0);
  if (ask.repo.owner_type === "Organization") shown.organization = shown.owner;
  Object.assign(shown, { network_count: 0, subscribers_count: 0 });
  shown.has_pages = Boolean(shelf(ask.repo).settings.pages);
  return { body: shown };
}

function me(ask) {
  if (ask.isApp) throw new Refusal(403, "Resource not accessible by integration");
  if (!ask.actor) throw new Refusal(401, "Requires authentication");
  return { body: world.lib.formatUserFull(ask.actor, ask.base) };
}

/** A person's permission as the old four, and the true role. */
function permission(ask) {
  allow(ask, "metadata", "read", { person: "write" });
  const { gh, lib } = world;
  const wanted = ask.params.login.toLowerCase();
  const user = gh.users.all().find((row) => row.login.toLowerCase() === wanted);
  if (!user) throw missing();
  if (user.type === "Bot") throw Object.assign(missing(), { message: `${user.login} is not a user` });
  const name = role(user, ask.repo);
  const old = { maintain: "write", triage: "read" }[name] ?? name;
  return { body: { permission: old, role_name: name, user: { ...lib.formatUser(user, ask.base), role_name: name } } };
}

const workflowSettings = ({ settings }) => ({
  default_workflow_permissions: settings.default_workflow_permissions,
  can_approve_pull_request_reviews: settings.can_approve_pull_request_reviews,
});

function getWorkflowSettings(ask) {
  allow(ask, "administration", "read", { person: "admin" });
  return { body: workflowSettings(shelf(ask.repo)) };
}

function putWorkflowSettings(ask) {
  allow(ask, "administration", "write", { person: "admin" });
  const { settings } = shelf(ask.repo);
  const { can_approve_pull_request_reviews: wanted } = ask.body;
  if (wanted && !settings.organisation_can_approve_pull_request_reviews) {
    throw new Refusal(409, "The organization does not allow GitHub Actions to create or approve pull requests");
  }
  Object.assign(settings, ask.body);
  return { status: 204 };
}

/** An organisation's switches stand on the shelves of its repositories. */
function getOrganisationSettings(ask) {
  const { gh } = world;
  const org = gh.orgs.findOneBy("login", ask.params.org);
  if (!org) throw missing();
  const repo = gh.repos.all().find((row) => row.owner_type === "Organization" && row.owner_id === org.id);
  allow({ ...ask, repo }, "organization_administration", "read", { person: "admin" });
  const { settings } = shelf(repo);
  return {
    body: {
      default_workflow_permissions: settings.default_workflow_permissions,
      can_approve_pull_request_reviews: settings.organisation_can_approve_pull_request_reviews,
    },
  };
}

function ruleOf(ask) {
  return world.gh.branchProtections
    .findBy("repo_id", ask.repo.id)
    .find((row) => row.branch_name === ask.params.branch);
}

function branch(ask) {
  allow(ask, "contents", "read");
  const sha = tipOf(ask.repo, ask.params.branch);
  if (!sha) throw Object.assign(missing(), { message: "Branch not found" });
  const rule = ruleOf(ask);
  const contexts = rule?.required_status_checks?.contexts ?? [];
  const at = `${ask.base}/repos/${ask.repo.full_name}/branches/${ask.params.branch}`;
  return {
    body: {
      name: ask.params.branch,
      commit: listed(ask, findCommit(ask.repo, sha)),
      _links: { self: at, html: at.replace("/repos/", "/").replace("/branches/", "/tree/") },
      protected: Boolean(rule),
      protection: {
        enabled: Boolean(rule),
        required_status_checks: { enforcement_level: contexts.length ? "everyone" : "off", contexts, checks: [] },
      },
      protection_url: `${at}/protection`,
    },
  };
}

function protection(ask) {
  allow(ask, "administration", "read", { person: "admin" });
  if (!tipOf(ask.repo, ask.params.branch)) throw Object.assign(missing(), { message: "Branch not found" });
  const rule = ruleOf(ask);
  if (!rule) throw Object.assign(missing(), { message: "Branch not protected" });
  const at = `${ask.base}/repos/${ask.repo.full_name}/branches/${ask.params.branch}/protection`;
  const body = { url: at, enforce_admins: { url: `${at}/enforce_admins`, enabled: rule.enforce_admins } };
  for (const name of ["required_status_checks", "required_pull_request_reviews"]) {
    if (rule[name]) body[name] = { url: `${at}/${name}`, ...rule[name] };
  }
  for (const name of ["required_linear_history", "allow_force_pushes", "allow_deletions"]) {
    body[name] = { enabled: rule[name] };
  }
  return { body };
}

/** The workflow files on the default branch, with the state that a test gave them. */
function workflowsOf(ask) {
  const states = shelf(ask.repo).settings.workflows ?? {};
  const texts = Object.entries(textsOf(ask.repo, tipOf(ask.repo, ask.repo.default_branch)));
  return texts
    .filter(([path]) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path))
    .map(([path, text], index) => ({
      id: ask.repo.id * 1000 + index,
      node_id: world.lib.generateNodeId("Workflow", index),
      name: /^name:\s*["']?(.*?)["']?\s*$/m.exec(text)?.[1] ?? path,
      path, state: states[path] ?? "active",
      created_at: ask.repo.created_at, updated_at: ask.repo.created_at,
      url: `${ask.base}/repos/${ask.repo.full_name}/actions/workflows/${ask.repo.id * 1000 + index}`,
      html_url: `${ask.base}/${ask.repo.full_name}/blob/${ask.repo.default_branch}/${path}`,
      badge_url: `${ask.base}/${ask.repo.full_name}/actions/workflows/${path.split("/").at(-1)}/badge.svg`,
    }));
}

function workflows(ask) {
  allow(ask, "actions", "read");
  const rows = workflowsOf(ask);
  return { body: { total_count: rows.length, workflows: page(ask, rows) } };
}

export function workflow(ask) {
  const wanted = ask.params.workflow;
  const row = workflowsOf(ask).find((one) => String(one.id) === wanted || one.path.endsWith(`/${wanted}`));
  if (!row) throw missing();
  return row;
}

function getWorkflow(ask) {
  allow(ask, "actions", "read");
  return { body: workflow(ask) };
}

function enable(ask) {
  allow(ask, "actions", "write");
  const { settings } = shelf(ask.repo);
  settings.workflows = { ...settings.workflows, [workflow(ask).path]: "active" };
  return { status: 204 };
}

/** One of the two events that a workflow's own token may start a workflow with. */
function dispatch(ask) {
  allow(ask, "actions", "write");
  const { path } = workflow(ask);
  deliverDispatch(ask.repo, { workflow: path, ref: `refs/heads/${ask.body.ref}`, inputs: ask.body.inputs ?? null }, ask.actor);
  return { status: 204 };
}

function pages(ask) {
  allow(ask, "pages", "read");
  const { pages: present } = shelf(ask.repo).settings;
  if (!present) throw missing();
  const [owner, name] = ask.repo.full_name.split("/");
  const html_url = `https://${owner}.github.io/${name}/`;
  return {
    body: {
      url: `${ask.base}/repos/${ask.repo.full_name}/pages`, status: "built", cname: null, custom_404: false,
      html_url, build_type: "workflow", public: true, https_enforced: true, ...present,
    },
  };
}

const AT = "/repos/:owner/:repo";
export const settings = [
  ["GET", "/user", me],
  ["GET", AT, repository],
  ["GET", `${AT}/collaborators/:login/permission`, permission],
  ["GET", `${AT}/actions/permissions/workflow`, getWorkflowSettings],
  ["PUT", `${AT}/actions/permissions/workflow`, putWorkflowSettings],
  ["GET", "/orgs/:org/actions/permissions/workflow", getOrganisationSettings],
  ["GET", `${AT}/actions/workflows`, workflows],
  ["GET", `${AT}/actions/workflows/:workflow`, getWorkflow],
  ["PUT", `${AT}/actions/workflows/:workflow/enable`, enable],
  ["POST", `${AT}/actions/workflows/:workflow/dispatches`, dispatch],
  ["GET", `${AT}/branches/:branch{.+}/protection`, protection],
  ["GET", `${AT}/branches/:branch{.+}`, branch],
  ["GET", `${AT}/pages`, pages],
];
