import {
  makePermissionFlag,
  type NodeId,
  type RolePermissionTypeOptions,
  resolveNodeId,
  WellKnownRoles,
} from "node-opcua";

/** What users may do, each with all that those before it may. */
export const ROLES = ["Observer", "Operator", "Engineer", "Administrator"] as const;
export type Role = (typeof ROLES)[number];

const WELL_KNOWN: Record<Role, readonly WellKnownRoles[]> = {
  Observer: [WellKnownRoles.Observer],
  Operator: [WellKnownRoles.Operator],
  Engineer: [WellKnownRoles.Engineer],
  Administrator: [WellKnownRoles.ConfigureAdmin, WellKnownRoles.SecurityAdmin],
};

const READ = "Browse | Read | ReadHistory | ReceiveEvents | ReadRolePermissions";

/** The roles of OPC 10000-18 that a user of this role has, a new array each time. */
export function roleIds(role: Role): NodeId[] {
  const own = ROLES.slice(0, ROLES.indexOf(role) + 1);
  return own.flatMap((each) => WELL_KNOWN[each].map((id) => resolveNodeId(id)));
}

/** Everybody reads; from this role on, one may also do this. */
export function permissions(least: Role, also: "Write" | "Call" | "Write | Call"): RolePermissionTypeOptions[] {
  return ROLES.flatMap((role) => {
    const flags = ROLES.indexOf(role) < ROLES.indexOf(least) ? READ : `${READ} | ${also}`;
    return WELL_KNOWN[role].map((id) => ({ roleId: resolveNodeId(id), permissions: makePermissionFlag(flags) }));
  });
}
