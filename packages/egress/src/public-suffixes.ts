/** Domains below which strangers register names: a wildcard there would open a server to everybody. */
const SHARED_DOMAINS: ReadonlySet<string> = new Set(
  `amazonaws.com appspot.com azureedge.net azurefd.net azurewebsites.net blogspot.com cdn.cloudflare.net
  cloudapp.net cloudfront.net deno.dev deno.net fastly.net firebaseapp.com fly.dev gitbook.io github.io gitlab.io
  glitch.me googleusercontent.com herokuapp.com hf.space loca.lt myshopify.com netlify.app ngrok.app ngrok.dev
  ngrok.io ngrok-free.app nip.io now.sh onrender.com pages.dev r2.dev railway.app render.com repl.co replit.app
  replit.dev run.app s3.amazonaws.com sslip.io supabase.co surge.sh trycloudflare.com up.railway.app vercel.app
  web.app webhook.site wordpress.com workers.dev xip.io`.split(/\s+/),
);

/** Second levels under which country registries sell names: co.uk, com.au, or.jp, gov.br. */
const REGISTRY_LABELS: ReadonlySet<string> = new Set(
  `ac asso co com ed edu firm gen go gob gouv gov govt gv id ind info ltd me mil ne net nhs nic nom or org plc police
  priv res sch school web`.split(/\s+/),
);

/** Whether a wildcard below this domain would cover names of unrelated owners; knows the common ones, not all. */
export function isPublicSuffix(domain: string): boolean {
  const [first = '', second, ...rest] = domain.split('.');
  if (second === undefined || SHARED_DOMAINS.has(domain)) return true;
  return rest.length === 0 && second.length === 2 && REGISTRY_LABELS.has(first);
}
