import test from 'ava';
import fc from 'fast-check';
import { fileNames } from '../../../src/adapters/salesforce-data/file-name.ts';

const names = (file: {
  caption?: string;
  url?: string;
  types?: ReadonlyArray<string | undefined>;
}): [string, string] => {
  const { title, pathOnClient } = fileNames({
    caption: file.caption,
    url: file.url ?? 'https://cdn.example.com/media/',
    fallback: 'session-1',
    mediaTypes: file.types ?? ['image/jpeg'],
  });
  return [title, pathOnClient];
};

const cdn = 'https://cdn.example.com/media';

const cases: ReadonlyArray<readonly [string, Parameters<typeof names>[0], [string, string]]> = [
  ['the caption goes first', { caption: 'Mi recibo', url: `${cdn}/a.png` }, ['Mi recibo', 'Mi recibo.jpg']],
  ['an empty caption is none', { caption: ' \n ', url: `${cdn}/a` }, ['a', 'a.jpg']],
  [
    'then the name in the URL, without its query',
    { url: `${cdn}/foto.jpg?oh=1#x` },
    ['foto.jpg', 'foto.jpg'],
  ],
  ['then the chat session', { url: `${cdn}/` }, ['session-1', 'session-1.jpg']],
  ['an encoded name is decoded', { url: `${cdn}/mi%20foto%C3%B1` }, ['mi fotoñ', 'mi fotoñ.jpg']],
  ['a badly encoded name stays as it is', { url: `${cdn}/100%25%ZZ` }, ['100%25%ZZ', '100%25%ZZ.jpg']],
  ['an encoded path is no path', { url: `${cdn}/..%2F..%2Fetc%2Fpasswd` }, ['passwd', 'passwd.jpg']],
  ['dots alone are no name', { url: `${cdn}/x%2F..` }, ['session-1', 'session-1.jpg']],
  ['the extension is not doubled', { caption: 'FOTO.JPG' }, ['FOTO.JPG', 'FOTO.JPG']],
  ['nor another one of the same type', { caption: 'foto.jpeg' }, ['foto.jpeg', 'foto.jpeg']],
  ['one of another type is part of the name', { caption: 'foto.png' }, ['foto.png', 'foto.png.jpg']],
  [
    'parameters of the media type do not matter',
    { caption: 'voz', types: ['audio/ogg; codecs=opus'] },
    ['voz', 'voz.ogg'],
  ],
  ['people say mp3', { caption: 'voz', types: ['audio/mpeg'] }, ['voz', 'voz.mp3']],
  [
    'a type that tells nothing gives way',
    { caption: 'x', types: ['application/octet-stream', 'application/pdf'] },
    ['x', 'x.pdf'],
  ],
  [
    'a type that nobody knows gives way',
    { caption: 'x', types: ['made/up', 'application/pdf'] },
    ['x', 'x.pdf'],
  ],
  [
    'the channel goes before the server',
    { caption: 'x', types: ['image/png', 'image/jpeg'] },
    ['x', 'x.png'],
  ],
  [
    'without a type there is no extension',
    { caption: 'x', types: [undefined, '', 'constructor'] },
    ['x', 'x'],
  ],
  ['separators are no part of a file name', { caption: 'a/b\\c:d' }, ['a/b\\c:d', 'a_b_c_d.jpg']],
  ['a hidden file is shown', { caption: '..bashrc' }, ['..bashrc', 'bashrc.jpg']],
  ['a device is a name', { caption: 'CON' }, ['CON', '_CON.jpg']],
  [
    'line breaks and overrides go',
    { caption: 'foto\u202Egpj.exe\nx\u0000y' },
    ['fotogpj.exe x y', 'fotogpj.exe x y.jpg'],
  ],
  ['a program is a text', { caption: 'foto.exe', types: [] }, ['foto.exe', 'foto.exe.txt']],
  ['so is a page', { caption: 'x', types: ['text/html'] }, ['x', 'x.html.txt']],
  ['a page by its own name too', { caption: 'x.HTM', types: ['text/html'] }, ['x.HTM', 'x.HTM.txt']],
  ['emoji stay whole', { caption: '👩‍👧 ok' }, ['👩‍👧 ok', '👩‍👧 ok.jpg']],
];

for (const [title, file, expected] of cases) {
  test(`file name › ${title}`, (t) => {
    t.deepEqual(names(file), expected);
  });
}

test('long names › are cut, the file name before its extension', (t) => {
  t.deepEqual(names({ caption: 'a'.repeat(300) }), ['a'.repeat(255), `${'a'.repeat(251)}.jpg`]);
  t.deepEqual(names({ caption: `${'a'.repeat(300)}.jpeg` }), ['a'.repeat(255), `${'a'.repeat(250)}.jpeg`]);
  t.deepEqual(names({ caption: `${'a'.repeat(300)}.dat`, types: [] })[1], `${'a'.repeat(251)}.dat`);
});

test('whatever the caption and the type › both are harmless names of 255 code points at most', (t) => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.webUrl({ withQueryParameters: true }),
      fc.constantFrom('image/jpeg', 'audio/ogg', 'x', undefined),
      (caption, url, type) => {
        const [title, path] = names({ caption, url, types: [type] });
        for (const name of [title, path]) {
          t.true(name.length > 0 && name.isWellFormed());
          t.true(Array.from(name).length <= 255);
          t.notRegex(name, /\p{Cc}/u);
        }
        t.notRegex(path, /[\\/:*?"<>|]|^\./u);
        t.notRegex(path, /\.(?:exe|com|bat|cmd|js|html?|svg|hta|lnk)$/iu);
      },
    ),
  );
});
