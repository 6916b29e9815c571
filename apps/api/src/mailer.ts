import type { Logger } from '@bmm/process';
import nodemailer from 'nodemailer';
import type { ApiConfig } from './config.ts';

export interface Mailer {
  sendMagicLink(link: { email: string; url: string }): Promise<void>;
}

/** Mails sign-in links; without a mail server, which only development allows, it prints them to the terminal. */
export function createMailer(config: Pick<ApiConfig, 'mail'>, logger: Logger, print: (text: string) => void): Mailer {
  const { mail } = config;
  if (mail === undefined) {
    return {
      async sendMagicLink({ email, url }) {
        print(`\n  Sign-in link for ${email}:\n  ${url}\n`);
      },
    };
  }
  const transport = nodemailer.createTransport(mail.smtpUrl.reveal());
  return {
    async sendMagicLink({ email, url }) {
      // Not awaited by the request: the answer takes as long for an address that cannot be reached as for one that can.
      transport
        .sendMail({
          from: mail.from,
          to: { name: '', address: email },
          subject: 'Sign in to BuildMyMCPServer',
          text: `Open this link and press "Sign in":\n\n${url}\n\nIt works once, for ten minutes. If you did not ask for it, do nothing.\n`,
        })
        .catch((error: unknown) => logger.error({ err: error }, 'a sign-in mail could not be sent'));
    },
  };
}
