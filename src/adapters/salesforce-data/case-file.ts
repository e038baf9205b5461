import * as t from 'io-ts';
import { E, type Either } from '../../domain/fp.ts';
import * as composite from './composite.ts';
import { type DataFailure, type DataRequest, type DataResponse, idText, undecodable } from './exchange.ts';
import { unreferenced } from './fields.ts';
import type { FileNames } from './file-name.ts';

const what = 'case file';

const references = ['newFile', 'newFileInfo', 'newFileLink'] as const;

/** A file, the document it belongs to, and the document's link to the case: all or nothing. */
export const createRequest = (
  root: string,
  file: FileNames & { readonly caseId: string; readonly bytes: Uint8Array },
): DataRequest =>
  composite.createRequest(root, {
    allOrNone: true,
    requests: [
      {
        method: 'POST',
        path: '/sobjects/ContentVersion',
        body: {
          Title: unreferenced(file.title),
          Description: '',
          ContentLocation: 'S',
          PathOnClient: unreferenced(file.pathOnClient),
          VersionData: Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.byteLength).toString(
            'base64',
          ),
        },
        referenceId: references[0],
      },
      {
        method: 'GET',
        path: `/sobjects/ContentVersion/@{${references[0]}.id}?fields=ContentDocumentId`,
        referenceId: references[1],
      },
      {
        method: 'POST',
        path: '/sobjects/ContentDocumentLink',
        body: {
          ContentDocumentId: `@{${references[1]}.ContentDocumentId}`,
          LinkedEntityId: file.caseId,
          ShareType: 'V',
          Visibility: 'AllUsers',
        },
        referenceId: references[2],
      },
    ],
  });

const document = t.type({ ContentDocumentId: idText });

/** The id of the document. */
export const handleResponse = (response: DataResponse): Either<DataFailure, string> => {
  const bodies = composite.handleAllOrNone(what, response, references);
  if (E.isLeft(bodies)) return bodies;
  const decoded = document.decode(bodies.right[1]);
  return E.isLeft(decoded)
    ? E.left(undecodable(what, response.status))
    : E.right(decoded.right.ContentDocumentId);
};
