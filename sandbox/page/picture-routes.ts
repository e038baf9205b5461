import type { Answer, Route } from '../http/call.ts';
import { type MediaFile, mediaFiles } from '../yalo/media-files.ts';

const shown = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'];

/** Pictures of the media host once more, where the page may show them: no other kind of file, whoever uploaded it. */
export const pictureRoutes = (uploads: ReadonlyMap<string, MediaFile>): ReadonlyArray<Route> => [
  {
    method: 'GET',
    path: '/pictures/media/:name',
    handle: ({ params }) => picture(mediaFiles.get(params.name ?? '')),
  },
  {
    method: 'GET',
    path: '/pictures/uploads/:name',
    handle: ({ params }) => picture(uploads.get(params.name ?? '')),
  },
];

const picture = (file: MediaFile | undefined): Answer =>
  file === undefined || !shown.includes(file.mimeType)
    ? { status: 404, body: 'Not Found' }
    : { status: 200, headers: { 'Content-Type': file.mimeType }, body: file.bytes };
