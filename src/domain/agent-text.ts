import type { Content, MediaKind } from './message.ts';
import type { ChatPolicy } from './policy.ts';
import { fill, type Texts } from './texts.ts';

/** What a message says in one readable text: for the context, and for an agent (media: caption and link). */
export const readable = (content: Content, texts: Texts): string => {
  switch (content.type) {
    case 'text':
      // the desk takes no blank text, and nothing is dropped without a word
      return content.text.trim() === '' ? fill(texts.unknownKind, 'text') : content.text;
    case 'media':
      return content.caption ? `${content.caption} ${content.url}` : content.url;
    case 'line':
      return fill(texts[content.line], content.value);
    case 'unknown':
      return fill(texts.unknownKind, content.kind);
  }
};

type Notice = 'Success' | 'Error';

const family = (media: MediaKind): 'Image' | 'Audio' | 'File' => {
  switch (media) {
    case 'image':
    case 'sticker':
      return 'Image';
    case 'audio':
    case 'voice':
      return 'Audio';
    case 'document':
    case 'video':
    case 'file':
      return 'File';
  }
};

const notice = (media: MediaKind, which: Notice, texts: Texts): string =>
  texts[`upload${family(media)}${which}`];

/** To the agent: the file is in the case. */
export const uploadedNotice = (media: MediaKind, title: string | undefined, policy: ChatPolicy): string => {
  const text = notice(media, 'Success', policy.texts);
  const named = policy.sendImageName && title !== undefined && family(media) === 'Image' && text !== '';
  return named ? text + title : text;
};

/** To the user: the file was not sent. */
export const notUploadedText = (media: MediaKind, texts: Texts): string => notice(media, 'Error', texts);
