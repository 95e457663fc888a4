// Who may do what: by the permissions of an app's token, or by the role of a person.

import { Refusal, world } from "./world.mjs";

const LEVELS = { none: 0, read: 1, write: 2, admin: 3 };
const ROLES = { none: 0, read: 1, triage: 2, write: 3, maintain: 4, admin: 5 };
/** What a token must be given to read, even where everybody may see the repository. */
const NEVER_PUBLIC = new Set(["administration", "organization_administration", "pages"]);

/** A person's role: admin, maintain, write, triage, read or none. */
export function role(user, repo) {
  const { gh } = world;
  if (!user) return repo.private ? "none" : "read";
  if (repo.owner_type === "User" && repo.owner_id === user.id) return "admin";
  const row = gh.collaborators.findBy("repo_id", repo.id).find((one) => one.user_id === user.id);
  const given = { pull: "read", push: "write" }[row?.permission] ?? row?.permission;
  return given ?? (repo.private ? "none" : "read");
}

export function isAtLeast(user, repo, wanted) {
  return ROLES[role(user, repo)] >= ROLES[wanted];
}

/** Whether the token's app was given the permission for this repository. */
export function hasPermission(ask, name, level) {
  const { installation } = ask.token ?? {};
  const isHere =
    installation.repositorySelection === "all"
      ? installation.accountId === ask.repo.owner_id
      : installation.repositoryIds.includes(ask.repo.id);
  return isHere && LEVELS[installation.permissions[name] ?? "none"] >= LEVELS[level];
}

/**
 * Go on only if the asker may.
 *
 * `names` are the permissions of which an app needs one; `person` is the role that a person needs,
 * or true or false where it was decided before.
 */
export function allow(ask, names, level, { person = level === "read" ? "read" : "write" } = {}) {
  const wanted = [names].flat();
  if (ask.isApp) {
    const isOpen = level === "read" && !ask.repo.private && !wanted.some((name) => NEVER_PUBLIC.has(name));
    if (isOpen || wanted.some((name) => hasPermission(ask, name, level))) return;
    throw new Refusal(403, "Resource not accessible by integration");
  }
  if (!ask.actor && (level !== "read" || ask.repo.private)) throw new Refusal(401, "Requires authentication");
  const may = typeof person === "boolean" ? person : isAtLeast(ask.actor, ask.repo, person);
  if (may) return;
  if (person === "admin") throw new Refusal(403, "Must have admin rights to Repository.");
  throw new Refusal(ask.repo.private ? 404 : 403, ask.repo.private ? "Not Found" : "Must have push access to repository");
}

/** Collaborators may act on a locked issue. An app is none, whatever its permissions. */
export function isCollaborator(ask) {
  return !ask.isApp && isAtLeast(ask.actor, ask.repo, "write");
}
