import { randomUUID } from 'node:crypto';
import type { MediaFile } from './media-files.ts';

const kept = 50;

/** Files that somebody sent from the page's phone; the newest few. */
export class Uploads {
  readonly #files = new Map<string, MediaFile>();

  get files(): ReadonlyMap<string, MediaFile> {
    return this.#files;
  }

  /** The name under `/uploads/` on the media host. */
  add(fileName: string, file: MediaFile): string {
    const ending = /\.[A-Za-z0-9]{1,8}$/u.exec(fileName)?.[0] ?? '';
    const name = `${randomUUID()}${ending}`;
    this.#files.set(name, file);
    if (this.#files.size > kept) this.#files.delete(this.#files.keys().next().value ?? '');
    return name;
  }
}
