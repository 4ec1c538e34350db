import {
  type handleUnaryCall,
  type sendUnaryData,
  type ServerUnaryCall,
  status,
} from '@grpc/grpc-js';
import {
  type Clock,
  codeOf,
  type Logger,
  messageOf,
  redactText,
  warnNowAndThen,
} from '../../kernel/index.ts';
import type { Role } from '../access.ts';
import { type Answer, failureOf, type Refusal, statusOf } from './grpc-answer.ts';
import type { Caller, GrpcAccess } from './grpc-access.ts';

type Act<Value> = (request: unknown) => Promise<Answer<Value>>;

/** Makes a handler: who may send this call, and what it does. */
export type UnaryCalls = <Value>(
  name: string,
  roles: readonly Role[],
  act: Act<Value>,
) => handleUnaryCall<unknown, Value>;

export interface UnaryCallsOptions {
  readonly access: GrpcAccess;
  readonly logger: Logger;
  readonly clock: Clock;
}

/**
 * Around every call: the caller first, then the call, and each error as an answer. A client that
 * has gone away gets none; what it asked for is carried out all the same, or was not begun.
 */
export function createUnaryCalls({ access, logger, clock }: UnaryCallsOptions): UnaryCalls {
  const warnStranger = warnNowAndThen(logger, clock, 'gRPC calls without a known token refused');
  const warnPassing = warnNowAndThen(logger, clock, 'gRPC calls could not be carried out just now');

  const failed = (call: string, error: unknown): Refusal => {
    const refusal = failureOf(error);
    const facts = { call, code: codeOf(error), error: redactText(messageOf(error)) };
    if (refusal.status === status.INTERNAL) logger.error('a gRPC call failed', facts);
    if (refusal.status === status.UNAVAILABLE) warnPassing(facts);
    return refusal;
  };

  return <Value>(name: string, roles: readonly Role[], act: Act<Value>) => {
    const answerTo = async (caller: Caller, request: unknown): Promise<Answer<Value>> => {
      const refusal = access.refusalOf(caller, roles);
      if (refusal?.status === status.UNAUTHENTICATED) warnStranger({ call: name });
      if (refusal) return refusal;
      try {
        return await act(request);
      } catch (error) {
        return failed(name, error);
      }
    };
    const reply = async (
      caller: ServerUnaryCall<unknown, Value>,
      answered: sendUnaryData<Value>,
    ): Promise<void> => {
      const answer = await answerTo(caller, caller.request);
      if ('value' in answer) answered(null, answer.value);
      else answered(statusOf(answer));
    };
    return (caller: ServerUnaryCall<unknown, Value>, answered: sendUnaryData<Value>): void => {
      reply(caller, answered).catch((error: unknown) => {
        logger.error('a gRPC call could not be answered', { call: name, error: messageOf(error) });
      });
    };
  };
}
