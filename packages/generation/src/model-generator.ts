import type { Anthropic } from '@anthropic-ai/sdk';
import { AppError, type FieldProblem, type Spec } from '@bmm/types';
import { askModel } from './ask-model.ts';
import { inspectSpec } from './check-spec.ts';
import { type DeadlineLimits, startDeadline } from './deadline.ts';
import { readModelOutput } from './model-output.ts';
import type { AnthropicConfig, SpecGenerator } from './spec-generator.ts';
import { toSentence } from './spec-problem.ts';
import { toCorrectionMessage, toUserMessage } from './user-message.ts';

/** Asks the model, checks its answer, and lets it correct itself once with the findings. */
export function createModelGenerator(config: AnthropicConfig, limits: DeadlineLimits): SpecGenerator {
  return {
    source: 'model',
    async generate(request, { signal, onText }) {
      signal.throwIfAborted();
      assertSendable(config);
      const deadline = startDeadline(signal, limits);
      try {
        const messages: Anthropic.MessageParam[] = [{ role: 'user', content: toUserMessage(request) }];
        const answer = await askModel(config, { messages, deadline, onText });
        const first = await inspectAnswer(answer);
        if ('spec' in first) return first.spec;
        messages.push(...toCorrection(answer, first.problems));
        deadline.keepAlive();
        const second = await inspectAnswer(await askModel(config, { messages, deadline, onText }));
        if ('spec' in second) return second.spec;
        throw new AppError(
          'model_output_invalid',
          `The model gave no usable spec in two attempts. ${toSentence(second.problems)} Try again, or put the request differently.`,
          { extensions: { fields: second.problems } },
        );
      } finally {
        deadline.close();
      }
    },
  };
}

type Inspected = { readonly spec: Spec } | { readonly problems: readonly FieldProblem[] };

async function inspectAnswer(text: string): Promise<Inspected> {
  const read = readModelOutput(text);
  return 'problem' in read ? { problems: [{ path: '', message: read.problem }] } : inspectSpec(read.candidate);
}

function toCorrection(answer: string, problems: readonly FieldProblem[]): Anthropic.MessageParam[] {
  const findings = toCorrectionMessage(problems.map((problem) => problem.message));
  // The API takes no empty turn.
  const said = answer.trim() === '' ? '(no text)' : answer;
  return [
    { role: 'assistant', content: said },
    { role: 'user', content: findings },
  ];
}

/** A key with a line break or a letter beyond ASCII fits into no header; the runtime's error would quote it. */
function assertSendable(config: AnthropicConfig): void {
  if (!/^[\x21-\x7e]+$/.test(config.apiKey.reveal())) {
    throw new AppError(
      'model_misconfigured',
      'ANTHROPIC_API_KEY has spaces, line breaks or letters that no key has. Set it again.',
    );
  }
}
