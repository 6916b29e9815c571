'use client';

import { PROMPT_CHARS_MAX, type PreviewResponse } from '@bmm/types';
import { useEffect, useRef, useState } from 'react';
import { type Failure, toFailure } from '@/lib/api-error.ts';
import { browserApi } from '@/lib/browser-api.ts';
import { generatePreview } from '@/lib/generate-preview.ts';
import { keepPrompt, readPrompt } from '@/lib/prompt-draft.ts';

export interface PreviewRun {
  readonly prompt: string;
  readonly setPrompt: (prompt: string) => void;
  /** What the model has written so far; undefined while nothing runs. */
  readonly progress: string | undefined;
  readonly failure: Failure | undefined;
  readonly canGenerate: boolean;
  readonly generate: () => void;
  readonly cancel: () => void;
}

/** The prompt and the generation that runs for it. The prompt is kept through errors, reloads and sign-ins. */
export function usePreview(onPreview: (preview: PreviewResponse) => void): PreviewRun {
  const [prompt, setPrompt] = useState('');
  const [progress, setProgress] = useState<string>();
  const [failure, setFailure] = useState<Failure>();
  const running = useRef<AbortController>(undefined);

  useEffect(() => {
    const kept = readPrompt();
    if (kept !== '') setPrompt((typed) => (typed === '' ? kept : typed));
    return () => running.current?.abort();
  }, []);

  const canGenerate = prompt.trim() !== '' && prompt.length <= PROMPT_CHARS_MAX;
  const generate = async () => {
    if (!canGenerate || running.current !== undefined) return;
    const controller = new AbortController();
    running.current = controller;
    setFailure(undefined);
    setProgress('');
    try {
      const append = (text: string) => setProgress((before) => (before ?? '') + text);
      onPreview(await generatePreview(browserApi, prompt, controller.signal, append));
    } catch (error) {
      if (!controller.signal.aborted) setFailure(toFailure(error));
    } finally {
      running.current = undefined;
      setProgress(undefined);
    }
  };

  return {
    prompt,
    setPrompt: (text) => {
      setPrompt(text);
      keepPrompt(text);
    },
    progress,
    failure,
    canGenerate,
    generate: () => void generate(),
    cancel: () => running.current?.abort(),
  };
}
