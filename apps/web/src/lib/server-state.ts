import type { ServerState } from '@bmm/types';

export type Tone = 'good' | 'idle' | 'busy' | 'bad';

export interface StateWords {
  readonly word: string;
  readonly tone: Tone;
  readonly meaning: string;
}

/** Each state as a word, and what it means for somebody who calls the server. */
export const SERVER_STATE_WORDS: Readonly<Record<ServerState, StateWords>> = {
  draft: { word: 'Draft', tone: 'idle', meaning: 'No version is live yet.' },
  live: { word: 'Live', tone: 'good', meaning: 'It answers calls.' },
  sleeping: {
    word: 'Sleeping – starts on the next call',
    tone: 'good',
    meaning: 'Its sandbox is stopped; the next call starts it.',
  },
  paused: { word: 'Paused', tone: 'idle', meaning: 'Calls are refused until it is resumed.' },
  failed: { word: 'Failed', tone: 'bad', meaning: 'The last build failed and no version is live.' },
  taken_down: { word: 'Taken down', tone: 'bad', meaning: 'An administrator has stopped it.' },
};
