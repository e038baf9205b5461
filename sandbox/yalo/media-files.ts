export interface MediaFile {
  readonly mimeType: string;
  readonly bytes: Buffer;
}

const base64 = (text: string): Buffer => Buffer.from(text, 'base64');

/** A PNG of 48 by 48 pixels: a disc. */
const png = base64(
  'iVBORw0KGgoAAAANSUhEUgAAADAAAAAwCAIAAADYYG7QAAAAhElEQVR42u3YwQ2AMAxDUU/DFqzEAMzHXnQC0hbU4Ehf8gDvltjajtMqAgQIkC3ovvY4SaCu46NMqzWzJq2mzLKUphk0KVMzYlKypmsqBVqkiU36RROYAL0DJWieTIAAAQIEqCaI41oRZPcx8uQX7WWOzdWx2zuuH6b7kOOCxugJCNBkGqhmNM79Kp6uAAAAAElFTkSuQmCC',
);

/** The smallest pictures that decoders take. */
const jpeg = base64(
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=',
);
const webp = base64('UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAgA0JaQAA3AA/vuUAAA=');

/** Eight silent samples, mono, 8 kHz. */
const wav = base64('UklGRiwAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQgAAACAgICAgICAgA==');

const ogg = Buffer.concat([Buffer.from('OggS'), Buffer.alloc(60)]);
const mp4 = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom'), Buffer.alloc(12)]);

const pdf = Buffer.from(`%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj
trailer<</Root 1 0 R>>
%%EOF
`);

/** What the media host has, by file name. */
export const mediaFiles: ReadonlyMap<string, MediaFile> = new Map([
  ['photo.png', { mimeType: 'image/png', bytes: png }],
  ['photo.jpg', { mimeType: 'image/jpeg', bytes: jpeg }],
  ['sticker.webp', { mimeType: 'image/webp', bytes: webp }],
  ['voice.ogg', { mimeType: 'audio/ogg; codecs=opus', bytes: ogg }],
  ['sound.wav', { mimeType: 'audio/wav', bytes: wav }],
  ['clip.mp4', { mimeType: 'video/mp4', bytes: mp4 }],
  ['receipt.pdf', { mimeType: 'application/pdf', bytes: pdf }],
]);
