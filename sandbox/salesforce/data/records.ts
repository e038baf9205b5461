import { Feed } from '../../support/feed.ts';
import type { JsonObject } from '../../support/json.ts';
import { Files } from './files.ts';
import { fullId, idMaker } from './ids.ts';
import { makeRecord, type Store } from './new-records.ts';
import { type NewFields, readFields } from './read-fields.ts';
import { type RecordRefusal, Refusals } from './refusals.ts';
import {
  blockedField,
  findField,
  findObject,
  objectNames,
  type ObjectName,
  type ObjectType,
} from './schema.ts';
import { type DataRecord, Table } from './table.ts';
import { instant } from './times.ts';

/** A record that is there to stay: one that a composite takes back is never announced. */
export interface CreatedRecord {
  /** ms since 1970 */
  readonly at: number;
  readonly type: ObjectName;
  readonly record: DataRecord;
}

/** A query that was answered. */
export interface QueryRun {
  readonly at: number;
  readonly type: ObjectName;
  readonly soql: string;
  /** The query with `?` for each text, number and time: what an injection cannot leave as it is. */
  readonly shape: string;
  readonly rows: number;
}

export type { RecordRefusal } from './refusals.ts';

interface Undo {
  readonly type: ObjectName;
  readonly id: string;
  readonly before: DataRecord | undefined;
}

const keptPerType = 50_000;
const userId = fullId('005000000000001') ?? '';

/** The records of the org: the newest of each object. Methods that the API calls throw its refusals. */
export class Records {
  readonly created = new Feed<CreatedRecord>('created records');
  readonly queries = new Feed<QueryRun>('queries', 2_000);
  readonly #tables = new Map(objectNames.map((name) => [name, new Table(keptPerType)]));
  readonly #files = new Files();
  readonly #refusals = new Refusals();
  readonly #store: Store;
  #undo: Undo[] = [];
  #unannounced: CreatedRecord[] = [];
  #depth = 0;
  #cases = 1_000;

  constructor() {
    const makeId = idMaker();
    this.#store = {
      newId: (type) => makeId(objectOf(type).prefix),
      find: (type, id) => this.find(type, id),
      insert: (type, fields) => this.#insert(type, fields),
      change: (type, id, fields) => this.#change(type, id, fields),
      withText: (type, field, value) => this.#table(type).withText(field, value),
      keepFile: (id, bytes) => this.#files.keep(id, bytes),
      nextCaseNumber: () => {
        this.#cases += 1;
        return String(this.#cases).padStart(8, '0');
      },
    };
  }

  /** Oldest first. Throws for an object that is not kept here. */
  list(type: string): DataRecord[] {
    return this.#table(type).rows();
  }

  /** By an id of 15 or 18 characters. */
  find(type: string, id: string): DataRecord | undefined {
    const full = fullId(id);
    return full === undefined ? undefined : this.#table(type).get(full);
  }

  /** Those whose field has that text, in any case, oldest first. */
  withText(type: ObjectName, field: string, text: string): DataRecord[] {
    // ids of one sandbox grow
    return this.#table(type)
      .withText(field, text)
      .sort((one, other) => (one.Id < other.Id ? -1 : 1));
  }

  /** As POST /sobjects/{type} does it: wholly or not at all. */
  create(object: ObjectType, body: JsonObject): DataRecord {
    this.#refusals.check('create', object);
    const fields = readFields(object, body);
    return this.atomically(
      () => makeRecord(object, fields, this.#store),
      () => true,
    );
  }

  /** Throws when a rule refuses that operation now. */
  checkRefused(operation: 'read' | 'query', object: ObjectType): void {
    this.#refusals.check(operation, object);
  }

  /** Takes everything back that the work did when it throws or its result is not worth keeping. */
  atomically<T>(work: () => T, keep: (result: T) => boolean): T {
    const mark = { undo: this.#undo.length, created: this.#unannounced.length };
    let kept = false;
    this.#depth += 1;
    try {
      const result = work();
      kept = keep(result);
      return result;
    } finally {
      if (!kept) this.#takeBack(mark.undo, mark.created);
      this.#depth -= 1;
      if (this.#depth === 0) this.#settle();
    }
  }

  /** A contact that was there before; its LastName may be left out. */
  addContact(fields: JsonObject = {}): DataRecord {
    const contact = objectOf('Contact');
    const read = readFields(contact, { LastName: 'Sample', ...fields });
    return this.atomically(
      () => makeRecord(contact, read, this.#store),
      () => true,
    );
  }

  /** Sets the field by which the service knows a blocked contact. */
  blockContact(contactId: string, blocked = true): void {
    this.#update('Contact', contactId, { [blockedField]: blocked });
  }

  closeCase(caseId: string): void {
    this.#update('Case', caseId, { Status: 'Closed', IsClosed: true, ClosedDate: instant(Date.now()) });
  }

  /** What is in the newest version of a document. */
  fileBytes(documentId: string): Buffer | undefined {
    const version = this.find('ContentDocument', documentId)?.LatestPublishedVersionId;
    return typeof version === 'string' ? this.#files.get(version) : undefined;
  }

  refuse(rule: RecordRefusal): void {
    objectOf(rule.type);
    this.#refusals.add(rule);
  }

  clearRefusals(): void {
    this.#refusals.clear();
  }

  /** Ends every wait. */
  close(): void {
    this.created.close();
    this.queries.close();
  }

  #table(type: string): Table {
    return this.#tables.get(objectOf(type).name) as Table;
  }

  #insert(type: ObjectName, fields: NewFields & { readonly Id: string }): DataRecord {
    const now = Date.now();
    const time = instant(now);
    const record: DataRecord = {
      ...(findField(objectOf(type), 'OwnerId') === undefined ? {} : { OwnerId: userId }),
      ...fields,
      IsDeleted: false,
      CreatedDate: time,
      CreatedById: userId,
      LastModifiedDate: time,
      LastModifiedById: userId,
      SystemModstamp: time,
    };
    this.#undo.push({ type, id: record.Id, before: undefined });
    this.#unannounced.push({ at: now, type, record });
    this.#table(type).put(record);
    return record;
  }

  #change(type: ObjectName, id: string, fields: NewFields): void {
    const before = this.find(type, id);
    if (before === undefined) throw new Error(`there is no ${type} with the id ${id}`);
    this.#undo.push({ type, id: before.Id, before });
    const time = instant(Date.now());
    this.#table(type).put({ ...before, ...fields, LastModifiedDate: time, SystemModstamp: time });
  }

  #update(type: ObjectName, id: string, fields: NewFields): void {
    this.atomically(
      () => this.#change(type, id, fields),
      () => true,
    );
  }

  #takeBack(undo: number, created: number): void {
    for (const { type, id, before } of this.#undo.splice(undo).reverse()) {
      if (before !== undefined) {
        this.#table(type).put(before);
        continue;
      }
      this.#table(type).remove(id);
      this.#files.drop(id);
    }
    this.#unannounced.splice(created);
  }

  /** The outermost work is over: what is left stays. */
  #settle(): void {
    this.#undo = [];
    for (const table of this.#tables.values()) table.trim();
    for (const created of this.#unannounced.splice(0)) this.created.push(created);
  }
}

const objectOf = (name: string): ObjectType => {
  const object = findObject(name);
  if (object === undefined) throw new Error(`there is no object named ${name}`);
  return object;
};
