import type { Spec } from '@bmm/types';

/** A spec as a model would write it: one host, one secret, one tool. */
export const weatherSpec: Spec = {
  name: 'Weather',
  description: 'Tells the weather of a city.',
  tools: [
    {
      name: 'get_weather',
      title: 'Weather of a city',
      description: 'Returns the current temperature of a city in °C.',
      inputSchema: {
        type: 'object',
        properties: { city: { type: 'string', minLength: 1 } },
        required: ['city'],
        additionalProperties: false,
      },
      outputSchema: { type: 'object', properties: { celsius: { type: 'number' } }, required: ['celsius'] },
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
      handler: 'getWeather',
      hosts: ['api.example.com'],
      exampleArguments: { city: 'Bern' },
    },
  ],
  code: "export async function getWeather(args, ctx) {\n  const url = new URL('https://api.example.com/weather');\n  url.searchParams.set('city', args.city);\n  const response = await fetch(url, { signal: ctx.signal, headers: { 'x-api-key': ctx.secrets.WEATHER_KEY } });\n  if (!response.ok) throw new Error('The weather service answered ' + response.status + '.');\n  return { celsius: (await response.json()).celsius };\n}\n",
  secrets: [
    {
      name: 'WEATHER_KEY',
      why: 'The weather service asks for it.',
      howToGet: 'Sign up at example.com and copy the key.',
      host: 'api.example.com',
    },
  ],
  allowedHosts: ['api.example.com'],
};

/** The same with its one tool changed. */
export function withTool(spec: Spec, change: Partial<Spec['tools'][number]>): Spec {
  return { ...spec, tools: spec.tools.map((tool, index) => (index === 0 ? { ...tool, ...change } : tool)) };
}
