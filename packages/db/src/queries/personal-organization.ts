import { randomUUID } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { member, organization, user } from '../schema/index.ts';

const NAME_CHARS_MAX = 60;

/**
 * The id of the user's own organisation; makes it and the membership when they are missing. The unique slug and the
 * unique membership decide between parallel callers, so that there is never a second one.
 * @throws Error when there is no such user
 */
export async function ensurePersonalOrganization(db: Queryable, userId: string): Promise<string> {
  const slug = `personal-${userId}`;
  const found = await findOwn(db, slug, userId);
  if (found !== undefined) return found;
  const [owner] = await db.select({ name: user.name, email: user.email }).from(user).where(eq(user.id, userId));
  if (owner === undefined) throw new Error('There is no such user.');
  const name = (owner.name.trim() || owner.email.split('@')[0] || 'Personal').slice(0, NAME_CHARS_MAX);
  await db
    .insert(organization)
    .values({ id: `org_${randomUUID()}`, name, slug })
    .onConflictDoNothing();
  const [own] = await db.select({ id: organization.id }).from(organization).where(eq(organization.slug, slug));
  if (own === undefined) throw new Error('The personal organisation was deleted while it was made.');
  await db
    .insert(member)
    .values({ id: randomUUID(), organizationId: own.id, userId, role: 'owner' })
    .onConflictDoNothing();
  return own.id;
}

async function findOwn(db: Queryable, slug: string, userId: string): Promise<string | undefined> {
  const [row] = await db
    .select({ id: organization.id })
    .from(organization)
    .innerJoin(member, and(eq(member.organizationId, organization.id), eq(member.userId, userId)))
    .where(eq(organization.slug, slug));
  return row?.id;
}
