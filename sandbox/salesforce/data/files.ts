const maxBytes = 256 * 1024 * 1024;

/** Bytes of the newest files, by the id of their version. */
export class Files {
  readonly #bytes = new Map<string, Buffer>();
  #total = 0;

  get(versionId: string): Buffer | undefined {
    return this.#bytes.get(versionId);
  }

  keep(versionId: string, bytes: Buffer): void {
    this.#bytes.set(versionId, bytes);
    this.#total += bytes.length;
    for (const oldest of this.#bytes.keys()) {
      if (this.#total <= maxBytes) return;
      this.drop(oldest);
    }
  }

  drop(versionId: string): void {
    this.#total -= this.#bytes.get(versionId)?.length ?? 0;
    this.#bytes.delete(versionId);
  }
}
