import type { ServerState } from '@bmm/types';
import { SERVER_STATE_WORDS, type Tone } from '@/lib/server-state.ts';
import { classNames } from './class-names.ts';

const dots: Record<Tone, string> = {
  good: 'bg-accent',
  idle: 'border border-faint',
  busy: 'bg-text animate-pulse-soft',
  bad: 'bg-danger',
};

interface StateDotProps {
  tone: Tone;
  word: string;
  meaning?: string;
}

/** A dot and, always, the word for what it means. */
export function StateDot({ tone, word, meaning }: StateDotProps) {
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap text-[13px] text-muted" title={meaning}>
      <span aria-hidden="true" className={classNames('size-2 shrink-0 rounded-full', dots[tone])} />
      {word}
    </span>
  );
}

export function ServerStateDot({ state }: { state: ServerState }) {
  const { tone, word, meaning } = SERVER_STATE_WORDS[state];
  return <StateDot tone={state === 'sleeping' ? 'idle' : tone} word={word} meaning={meaning} />;
}
