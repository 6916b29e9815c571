/** Prompts that show what a good description holds: the tools, what they take and what they answer. None needs a network. */
export const EXAMPLE_PROMPTS = [
  {
    label: 'Unit conversion',
    prompt:
      'Convert between units of length, weight, volume and temperature, metric and imperial: one tool converts a value, another lists the known units. Refuse a conversion between different kinds.',
  },
  {
    label: 'Compare JSON',
    prompt:
      'Compare two JSON documents and list what was added, removed and changed, each with its path. A second tool says only whether they are equal; the order of keys does not count.',
  },
  {
    label: 'Text statistics',
    prompt:
      'Count the characters, words, sentences and paragraphs of a text, with its reading time at 230 words a minute and its ten most frequent words.',
  },
  {
    label: 'Working days',
    prompt:
      'Count the working days between two dates, Monday to Friday, without the public holidays that the caller lists. A second tool adds a number of working days to a date.',
  },
] as const;
