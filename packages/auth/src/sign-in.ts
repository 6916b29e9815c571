/**
 * Sign-in by e-mail. Threats: a link that is used twice, found later or read from the database (single use, ten minutes,
 * stored as a hash); a mail scanner that opens links (the link leads to a page with a button); a session cookie that a
 * sibling host sets (`__Host-` name, no Domain).
 */
import type { Secret } from '@bmm/types';
import { betterAuth } from 'better-auth';
import { type DB, drizzleAdapter } from 'better-auth/adapters/drizzle';
import { magicLink, organization } from 'better-auth/plugins';
import { MAGIC_LINK_TTL_SECONDS, SESSION_REFRESH_SECONDS, SESSION_TTL_SECONDS } from './constants.ts';

export interface SignInUser {
  id: string;
  email: string;
  name: string;
}

export interface SignInSession {
  sessionId: string;
  userId: string;
  email: string;
  name: string;
  /** The organisation that the person works in; the personal one until they choose another. */
  organizationId: string | undefined;
}

export interface MagicLinkMail {
  email: string;
  /** Of a page with a button, so that a program that opens links in mails does not use it up. */
  url: string;
  token: string;
}

export interface SignInOptions {
  /** A drizzle database and the tables `user, session, account, verification, organization, member, invitation`. */
  db: DB;
  schema: Record<string, unknown>;
  /** Origin of the web app: the only one that the browser talks to. */
  baseUrl: string;
  secret: Secret<string>;
  trustedOrigins: readonly string[];
  /** `__Host-` cookies with Secure; needs https. */
  secureCookies: boolean;
  /** The header in which our own proxy tells the address of the browser. */
  ipAddressHeader?: string | undefined;
  sendMagicLink(mail: MagicLinkMail): Promise<void>;
  /** Whether an insert failed because another user has the address. */
  isEmailTaken(error: unknown): boolean;
  /** Makes the user's own organisation and membership when they are missing and gives its id; safe to call at once from many places. */
  ensurePersonalOrganization(user: { id: string }): Promise<string>;
}

export const SIGN_IN_BASE_PATH = '/v1/auth';
const SESSION_COOKIES = ['session_token', 'session_data', 'account_data', 'dont_remember'] as const;

export interface SignIn {
  /** Serves everything under `/v1/auth`; rejects with the cause when the database or the mail fails. */
  handler(request: Request): Promise<Response>;
  /** The session that the cookie in these headers belongs to, or undefined. */
  getSession(headers: Headers): Promise<SignInSession | undefined>;
}

export function createSignIn(options: SignInOptions): SignIn {
  const auth = betterAuth({
    appName: 'BuildMyMCPServer',
    baseURL: options.baseUrl,
    basePath: SIGN_IN_BASE_PATH,
    secret: options.secret.reveal(),
    trustedOrigins: [...options.trustedOrigins],
    database: toDatabase(options),
    telemetry: { enabled: false },
    logger: { disabled: true },
    // Failures of ours (database, mail) reach the caller as they are; else the library prints them and answers a bare 500.
    onAPIError: { throw: true },
    emailAndPassword: { enabled: false },
    session: {
      expiresIn: SESSION_TTL_SECONDS,
      updateAge: SESSION_REFRESH_SECONDS,
      cookieCache: { enabled: false },
    },
    rateLimit: { enabled: false },
    advanced: {
      // Said outright, since the library switches the checks off by itself where NODE_ENV or TEST says that this is a test.
      disableOriginCheck: false,
      disableCSRFCheck: false,
      cookiePrefix: 'bmm',
      // It would add `__Secure-`; the names below carry the stricter prefix instead.
      useSecureCookies: false,
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/', secure: options.secureCookies },
      cookies: options.secureCookies ? hostCookies() : {},
      ipAddress: { ipAddressHeaders: [options.ipAddressHeader ?? 'x-real-ip'] },
    },
    databaseHooks: {
      user: { create: { after: async (user) => void (await options.ensurePersonalOrganization(user)) } },
      // Again at every sign-in: a crash between the two statements of a sign-up heals itself.
      session: {
        create: {
          before: async (session) => {
            const activeOrganizationId = await options.ensurePersonalOrganization({ id: session.userId });
            return { data: { ...session, activeOrganizationId } };
          },
        },
      },
    },
    plugins: [
      magicLink({
        expiresIn: MAGIC_LINK_TTL_SECONDS,
        storeToken: 'hashed',
        sendMagicLink: async ({ email, url, token }) => {
          await options.sendMagicLink({ email, token, url: toVerifyPageUrl(options.baseUrl, url) });
        },
      }),
      organization({
        teams: { enabled: false },
        allowUserToCreateOrganization: false,
        sendInvitationEmail: async () => {},
      }),
    ],
  });

  return {
    handler: (request) => auth.handler(request),
    async getSession(headers) {
      const found = await auth.api.getSession({ headers });
      if (found === null) return undefined;
      const { session, user } = found;
      const organizationId = 'activeOrganizationId' in session ? session.activeOrganizationId : undefined;
      return {
        sessionId: session.id,
        userId: user.id,
        email: user.email,
        name: user.name,
        organizationId: typeof organizationId === 'string' ? organizationId : undefined,
      };
    },
  };
}

/** Two links of one new address may be opened at once; the second insert then finds the user of the first. */
function toDatabase({ db, schema, isEmailTaken }: SignInOptions): ReturnType<typeof drizzleAdapter> {
  const makeAdapter = drizzleAdapter(db, { provider: 'pg', schema });
  return (authOptions) => {
    const adapter = makeAdapter(authOptions);
    return {
      ...adapter,
      async create(input) {
        try {
          return await adapter.create(input);
        } catch (error) {
          const { email } = input.data;
          if (input.model !== 'user' || typeof email !== 'string' || !isEmailTaken(error)) throw error;
          const existing = await adapter.findOne({ model: 'user', where: [{ field: 'email', value: email }] });
          if (existing === null) throw error;
          return existing as never;
        }
      },
    };
  };
}

function hostCookies() {
  return Object.fromEntries(
    SESSION_COOKIES.map((name) => [name, { name: `__Host-bmm.${name}`, attributes: { secure: true, path: '/' } }]),
  );
}

/** The library's own link signs in at once on GET; ours leads to the page that asks for a click. */
function toVerifyPageUrl(baseUrl: string, url: string): string {
  const page = new URL('/sign-in/verify', baseUrl);
  page.search = new URL(url).search;
  return page.href;
}

/** All of the HTTP glue that sign-in needs, for any framework that can make a `Request`; the caller chooses which paths reach it. */
export function createAuthHandler(signIn: SignIn): (request: Request) => Promise<Response> {
  return async (request) => {
    const response = await signIn.handler(request);
    response.headers.set('cache-control', 'no-store');
    return response;
  };
}
