/** Prompts that show what a good description holds: the service, the calls, and what to leave out. */
export const EXAMPLE_PROMPTS = [
  {
    label: 'GitHub issues',
    prompt:
      'Read issues of one GitHub repository: list open issues by label, and get one issue with its comments. Only read, never write. Uses a GitHub token.',
  },
  {
    label: 'Weather',
    prompt: 'Current weather and a 7 day forecast for a city, from the Open-Meteo API. Metric units by default.',
  },
  {
    label: 'Internal API',
    prompt:
      'Look up orders in our shop API at api.example.com: find an order by number, and list the orders of a customer by email address. Needs an API key in the Authorization header.',
  },
] as const;
