'use client';

import { AppError, type PreviewResponse, ServerNameSchema, slugProblem, toSlug } from '@bmm/types';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { type Failure, toFailure } from '@/lib/api-error.ts';
import { browserApi } from '@/lib/browser-api.ts';
import { forgetPrompt } from '@/lib/prompt-draft.ts';
import { draftProblems, type ToolDraft, toDraft, toSpecEdit } from '@/lib/spec-draft.ts';
import { toTypedSlug } from '@/lib/typed-slug.ts';

/** Everything a person may set before a proposal becomes a server, and the request that makes it one. */
export function useCreateServer({ previewId, spec }: PreviewResponse) {
  const router = useRouter();
  const [name, setName] = useState(spec.name);
  const [typedSlug, setTypedSlug] = useState<string>();
  const [drafts, setDrafts] = useState<readonly ToolDraft[]>(() => spec.tools.map(toDraft));
  const [secrets, setSecrets] = useState<Readonly<Record<string, string>>>({});
  const [refusedSlug, setRefusedSlug] = useState<{ slug: string; sentence: string }>();
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);

  // Until somebody types a slug, it follows the name.
  const slug = typedSlug ?? toSlug(name);
  const problems = {
    name: ServerNameSchema.safeParse(name).error?.issues[0]?.message,
    slug: slugProblem(slug) ?? (refusedSlug?.slug === slug ? refusedSlug.sentence : undefined),
    tools: drafts.map((draft) => draftProblems(draft, drafts)),
  };
  const isValid =
    problems.name === undefined &&
    problems.slug === undefined &&
    problems.tools.every((tool) => Object.keys(tool).length === 0);

  const create = async () => {
    if (!isValid || busy) return;
    setBusy(true);
    setFailure(undefined);
    try {
      const specEdit = toSpecEdit(spec, drafts);
      const given = Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== ''));
      const { server, build } = await browserApi.createServer({
        name: name.trim(),
        slug,
        previewId,
        ...(specEdit === undefined ? {} : { specEdit }),
        ...(Object.keys(given).length === 0 ? {} : { secrets: given }),
      });
      forgetPrompt();
      router.push(`/servers/${server.id}?build=${build.id}`);
    } catch (error) {
      setBusy(false);
      if (error instanceof AppError && (error.code === 'slug_taken' || error.code === 'slug_invalid'))
        setRefusedSlug({ slug, sentence: error.detail });
      else setFailure(toFailure(error));
    }
  };

  return {
    name,
    setName,
    slug,
    setSlug: (typed: string) => setTypedSlug(toTypedSlug(typed)),
    drafts,
    setDraft: (index: number, draft: ToolDraft) =>
      setDrafts((before) => before.map((other, place) => (place === index ? draft : other))),
    secrets,
    setSecret: (secret: string, value: string) => setSecrets((before) => ({ ...before, [secret]: value })),
    problems,
    isValid,
    failure,
    busy,
    create: () => void create(),
  };
}
