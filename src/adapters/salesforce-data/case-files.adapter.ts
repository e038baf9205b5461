import { E, type Either } from '../../domain/fp.ts';
import type { CaseFiles, MediaFailure } from '../../application/ports/case-files.port.ts';
import * as caseFile from './case-file.ts';
import type { DataApi } from './data-api.ts';
import { fileNames } from './file-name.ts';

/** Fetches what a user sent. The URL is the user's: the download decides whether it may be asked for. */
export type FetchMedia = (
  url: string,
  deadline: AbortSignal,
) => Promise<Either<MediaFailure, { readonly bytes: Uint8Array; readonly mediaType?: string }>>;

/** Media become files of the case, in one all-or-nothing composite. */
export const makeCaseFiles = (deps: {
  readonly download: FetchMedia;
  readonly salesforce: DataApi;
}): CaseFiles => ({
  attach: (upload, deadline) => async () => {
    const media = await deps.download(upload.url, deadline);
    if (E.isLeft(media)) return media;
    const names = fileNames({
      caption: upload.caption,
      url: upload.url,
      fallback: upload.fallbackTitle,
      mediaTypes: [upload.mimeType, media.right.mediaType],
    });
    const attached = await deps.salesforce.call(
      'case file',
      caseFile.createRequest(deps.salesforce.root, {
        ...names,
        caseId: upload.caseId,
        bytes: media.right.bytes,
      }),
      caseFile.handleResponse,
      deadline,
    );
    return E.map(() => names.title)(attached);
  },
});
