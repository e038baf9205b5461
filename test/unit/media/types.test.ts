import test from 'ava';
import fc from 'fast-check';
import { isActiveType, looksActive } from '../../../src/adapters/media/types.ts';

const bytes = (text: string, encoding: BufferEncoding = 'utf8'): Uint8Array => Buffer.from(text, encoding);
const swapped = (text: string): Uint8Array => Buffer.from(`\ufeff${text}`, 'utf16le').swap16();

const active: ReadonlyArray<readonly [string, Uint8Array]> = [
  ['a page', bytes('<!DOCTYPE html><p>')],
  ['a page behind blanks, a byte order mark and a comment', bytes('\ufeff \n<!-- > -- --> <html lang="es">')],
  ['a script', bytes('<script>alert(1)</script>')],
  ['an SVG', bytes('<?xml version="1.0"?>\n<!-- x --><svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['an SVG under a prefix', bytes('<s:svg xmlns:s="http://www.w3.org/2000/svg">')],
  ['a page in UTF-16', Buffer.from('\ufeff<html>', 'utf16le')],
  ['a page in UTF-16 the other way round', swapped('<html>')],
  ['a program of Windows', bytes('MZ\x90\0', 'latin1')],
  ['a program of Linux', bytes('\x7fELF\x02', 'latin1')],
  ['a program of macOS', bytes('\xcf\xfa\xed\xfe', 'latin1')],
  ['a class of Java', bytes('\xca\xfe\xba\xbe', 'latin1')],
  ['a shell script', bytes('#!/bin/sh\nrm')],
  ['a shortcut', bytes('L\0\0\0\x01\x14\x02\0', 'latin1')],
];

for (const [shown, head] of active) {
  test(`first bytes of ${shown} › tell what it is`, (t) => {
    t.true(looksActive(head));
  });
}

const harmless: ReadonlyArray<readonly [string, Uint8Array]> = [
  ['nothing', bytes('')],
  ['a PNG', bytes('\x89PNG\r\n\x1a\n', 'latin1')],
  ['a JPEG', bytes('\xff\xd8\xff\xe0', 'latin1')],
  ['an MP3', bytes('\xff\xfb\x90\x64', 'latin1')],
  ['a text about pages', bytes('see <html> and <script>')],
  ['XML that is no page', bytes('<?xml version="1.0"?><invoice/>')],
  ['a document of an office', bytes('PK\x03\x04', 'latin1')],
  ['half a tag', bytes('<ht')],
];

for (const [shown, head] of harmless) {
  test(`first bytes of ${shown} › are taken`, (t) => {
    t.false(looksActive(head));
  });
}

test('types › of pages and programs are told however they are spelled, all others pass', (t) => {
  for (const type of [
    ...['text/html', 'Text/HTML;charset=x', ' image/svg+xml ', 'application/xhtml+xml', 'text/javascript'],
    ...['application/x-msdownload', 'application/java-archive', 'application/vnd.android.package-archive'],
  ])
    t.true(isActiveType(type), type);
  for (const type of [
    ...[
      '',
      'image/png',
      'text/plain',
      'text/csv',
      'application/pdf',
      'application/octet-stream',
      'audio/ogg; codecs=opus',
    ],
    ...[
      'application/zip',
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      'x text/html',
    ],
  ])
    t.false(isActiveType(type), type);
});

test('first bytes made to slow the look down › are looked at once', (t) => {
  // with a second way through a comment these would take longer than anybody waits
  for (const part of ['<!---->', '<!--', '-->', '<?xml', '<?xml>', ' <', '<!-- -- >']) {
    t.false(looksActive(bytes(part.repeat(500))));
    t.false(looksActive(bytes(`${part.repeat(120)}!`)));
  }
});

test('any bytes › are looked at without a fault', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (head) => {
      t.is(typeof looksActive(head), 'boolean');
    }),
  );
});
