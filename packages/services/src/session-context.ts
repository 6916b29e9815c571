import { findOrganizationOfUser } from '@bmm/db';
import { API_KEY_SCOPES } from '@bmm/types';
import type { Actor, Ctx, ServiceDeps } from './context.ts';

/** The context of a signed-in person, who has every scope; undefined when the account has no organisation (any more). */
export async function findSessionContext(deps: ServiceDeps, actor: Actor): Promise<Ctx | undefined> {
  const org = await findOrganizationOfUser(deps.db, actor.userId);
  return org && { ...deps, org, actor, scopes: API_KEY_SCOPES };
}
