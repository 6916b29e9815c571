import type { FieldProblem, JsonObject, ToolSpec } from '@bmm/types';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { PROBLEMS_MAX, SCHEMA_COMPILE_MS_MAX } from './constants.ts';
import { findDialectProblem, loadDialect } from './json-schema-dialect.ts';
import { toShortSentence } from './short-sentence.ts';

type Validate = (value: unknown) => string | undefined;
type Compiled = { readonly validate: Validate } | { readonly problem: string };

/** Compiles every schema as JSON Schema 2020-12 and holds each tool's example against its input schema; may take very long. */
export function findToolProblems(tools: readonly ToolSpec[]): FieldProblem[] {
  const compile = createCompiler(loadDialect());
  return tools.flatMap((tool, index) => problemsOf(tool, `tools.${index}`, compile)).slice(0, PROBLEMS_MAX);
}

function problemsOf(tool: ToolSpec, path: string, compile: (schema: JsonObject) => Compiled): FieldProblem[] {
  const problem = (field: string, message: string): FieldProblem => ({
    path: `${path}.${field}`,
    message: toShortSentence(`Tool "${tool.name}": ${message}`),
  });
  const problems: FieldProblem[] = [];
  const output = tool.outputSchema === undefined ? undefined : compile(tool.outputSchema);
  if (output !== undefined && 'problem' in output) {
    problems.push(problem('outputSchema', `the output schema ${output.problem}.`));
  }
  const input = compile(tool.inputSchema);
  if ('problem' in input) {
    problems.push(problem('inputSchema', `the input schema ${input.problem}.`));
    return problems;
  }
  const mismatch = input.validate(tool.exampleArguments);
  if (mismatch !== undefined) {
    problems.push(problem('exampleArguments', `the example arguments do not fit the input schema: ${mismatch}.`));
  }
  return problems;
}

/** One Ajv a check, because an instance keeps everything that it ever compiled. It loads nothing by reference. */
function createCompiler(isSchema: ValidateFunction): (schema: JsonObject) => Compiled {
  const ajv = new Ajv2020({ strict: false, logger: false, validateFormats: false, validateSchema: false });
  return (schema) => {
    try {
      const problem = findDialectProblem(schema, isSchema);
      if (problem !== undefined) return notValid(problem);
      const startedAt = performance.now();
      const validate = ajv.compile(schema);
      // Forgotten at once, so that two tools may use the same `$id` and none can refer to another's schema.
      ajv.removeSchema(schema);
      if (performance.now() - startedAt > SCHEMA_COMPILE_MS_MAX) return { problem: 'is too complex; simplify it' };
      return {
        validate: (value) =>
          attempt(() => {
            if (validate(value)) return undefined;
            const [first] = validate.errors ?? [];
            return `${first?.instancePath || 'they'} ${first?.message ?? 'do not match'}`;
          }),
      };
    } catch (error) {
      return notValid(messageOf(error));
    }
  };
}

const notValid = (why: string): Compiled => ({ problem: `is not valid JSON Schema 2020-12: ${why}` });

function attempt(run: () => string | undefined): string | undefined {
  try {
    return run();
  } catch (error) {
    return messageOf(error);
  }
}

function messageOf(error: unknown): string {
  if (error instanceof RangeError) return 'it refers to itself without end';
  return error instanceof Error ? error.message : 'it cannot be compiled';
}
