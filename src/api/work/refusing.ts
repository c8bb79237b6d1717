/** What a constraint refuses, said as the API says it: the constraint decides, whoever else writes at the same time. */
import { violatedConstraint } from '../../store/transaction.ts';
import type { ApiError } from '../errors/api-error.ts';

/** Runs it; where the database refuses by one of these constraints, throws the error that belongs to it. */
export async function refusing<Result>(
  refusals: Readonly<Record<string, () => ApiError>>,
  run: () => Promise<Result>,
): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    const refusal = refusals[violatedConstraint(error) ?? ''];
    throw refusal === undefined ? error : refusal();
  }
}
