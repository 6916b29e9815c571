import { and, asc, count, eq } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { build, member, organization, user } from '../schema/index.ts';

export interface OrganizationRow {
  id: string;
  name: string;
}

/** The organisation that a user works in: for now the first one joined, which is the personal one. */
export async function findOrganizationOfUser(db: Queryable, userId: string): Promise<OrganizationRow | undefined> {
  const [row] = await db
    .select({ id: organization.id, name: organization.name })
    .from(member)
    .innerJoin(organization, eq(organization.id, member.organizationId))
    .where(eq(member.userId, userId))
    .orderBy(asc(member.createdAt), asc(organization.id))
    .limit(1);
  return row;
}

export async function isMember(db: Queryable, orgId: string, userId: string): Promise<boolean> {
  const [row] = await db
    .select({ id: member.id })
    .from(member)
    .where(and(eq(member.organizationId, orgId), eq(member.userId, userId)));
  return row !== undefined;
}

/** Organisations whose only member is this user: they end with the account. */
export async function listOrganizationsOnlyOf(db: Queryable, userId: string): Promise<string[]> {
  const mine = db.select({ id: member.organizationId }).from(member).where(eq(member.userId, userId)).as('mine');
  const rows = await db
    .select({ id: member.organizationId, members: count() })
    .from(member)
    .innerJoin(mine, eq(mine.id, member.organizationId))
    .groupBy(member.organizationId);
  return rows.filter((row) => row.members === 1).map((row) => row.id);
}

/** Organisations that outlive this member. */
export async function listOrganizationsSharedBy(db: Queryable, userId: string): Promise<string[]> {
  const alone = await listOrganizationsOnlyOf(db, userId);
  const rows = await db.select({ id: member.organizationId }).from(member).where(eq(member.userId, userId));
  return rows.map((row) => row.id).filter((id) => !alone.includes(id));
}

/** Call it in a transaction. */
export async function deleteOrganization(tx: Queryable, orgId: string): Promise<void> {
  // In the order of a worker, which locks its build and then the server: the other way round the two would deadlock.
  await tx.select({ id: build.id }).from(build).where(eq(build.orgId, orgId)).for('update');
  await tx.delete(organization).where(eq(organization.id, orgId));
}

export async function deleteUser(db: Queryable, userId: string): Promise<void> {
  await db.delete(user).where(eq(user.id, userId));
}
