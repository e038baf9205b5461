import { refuse } from './problems.ts';
import type { ObjectType } from './schema.ts';

/** An error told in the place of an operation, inside a composite too. */
export interface RecordRefusal {
  readonly operation: 'create' | 'read' | 'query';
  /** The object's name. */
  readonly type: string;
  readonly errorCode: string;
  /** 400 when not given. */
  readonly status?: number;
  /** How many operations it hits; 1 when not given. */
  readonly times?: number;
}

const maxRules = 1_000;

/** The refusals that wait for their operations; the first that fits counts. */
export class Refusals {
  #rules: { readonly rule: RecordRefusal; left: number }[] = [];

  add(rule: RecordRefusal): void {
    if (this.#rules.length >= maxRules) throw new Error('too many refusals');
    this.#rules.push({ rule, left: rule.times ?? 1 });
  }

  clear(): void {
    this.#rules = [];
  }

  /** Throws the refusal of that operation, if there is one. */
  check(operation: RecordRefusal['operation'], { name }: ObjectType): void {
    const found = this.#rules.find(
      ({ rule }) => rule.operation === operation && rule.type.toLowerCase() === name.toLowerCase(),
    );
    if (found === undefined) return;
    found.left -= 1;
    if (found.left <= 0) this.#rules = this.#rules.filter((rule) => rule !== found);
    const { status = 400, errorCode } = found.rule;
    refuse({ status, errorCode, message: `${operation} of ${name} was refused by a rule` });
  }
}
