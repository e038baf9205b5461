import { E, type Either } from './fp.ts';

/**
 * The texts that people get to read (configuration.md, MESSAGES). An empty one switches its message off. `%s` is the
 * place of a value, see `fill`.
 */
export const defaultTexts = {
  waitAgent: 'Esperando un agente',
  /** `%s`: the user's name. */
  welcomeTemplate: 'Hola soy %s y necesito ayuda',
  context: 'Contexto',
  descriptionCase: 'Caso levantado por el Bot',
  uploadImageError: 'Imagen no enviada',
  uploadImageSuccess: '**El usuario adjunto una imagen al caso**',
  uploadFileError: 'Archivo no enviado',
  uploadFileSuccess: '**El usuario adjunto un archivo al caso**',
  uploadAudioError: 'Audio no enviado',
  uploadAudioSuccess: '**El usuario adjunto un audio al caso**',
  firstNameContact: 'Contacto Bot - ',
  clientLabel: 'Cliente',
  botLabel: 'Bot',
  uploadPending: '**El usuario envió un archivo, aún no está en el caso:** %s',
  uploadFailed: '**El archivo del usuario no se pudo adjuntar:** %s',
  unknownKind: '**El usuario envió un mensaje de tipo %s que no se puede mostrar**',
  location: 'Ubicación: %s',
  contacts: 'Contacto: %s',
  choice: 'Eligió: %s',
  reaction: 'Reaccionó: %s',
  notDelivered: '**No se pudo entregar al usuario:** %s',
  /** To the user: the agent will not get what the user wrote. */
  messageError: 'Mensaje no enviado',
  /** `%s`: the agent's name; so in `transferred`. */
  agentJoined: '',
  transferred: '',
  queuePosition: '',
  waitTime: '',
  idleWarning: '',
  idleTimeout: '',
  /** Nobody took the chat in time, or the desk never answered the request. */
  waitTimeout: '',
  /** The desk forgot the session, or was silent for too long. */
  sessionLost: '',
} as const satisfies Record<string, string>;

export type TextName = keyof typeof defaultTexts;

export type Texts = Readonly<Record<TextName, string>>;

const names: ReadonlyMap<string, TextName> = new Map(
  (Object.keys(defaultTexts) as ReadonlyArray<TextName>).map((name) => [name.toLowerCase(), name]),
);

/**
 * The defaults with some texts replaced. Names count without regard to case; where one is given in two spellings, the
 * exact one wins. Left: one line for each unknown name and each value that is no text, naming it and never quoting
 * its value.
 */
export const overlayTexts = (
  overrides: Readonly<Record<string, unknown>>,
): Either<ReadonlyArray<string>, Texts> => {
  const mistakes: string[] = [];
  const loose: Partial<Record<TextName, string>> = {};
  const exact: Partial<Record<TextName, string>> = {};
  for (const [given, text] of Object.entries(overrides)) {
    const name = names.get(given.toLowerCase());
    if (name === undefined) mistakes.push(`"${given}" is not the name of a text`);
    else if (typeof text !== 'string') mistakes.push(`"${given}" must be a text`);
    else (given === name ? exact : loose)[name] = text;
  }
  return mistakes.length > 0 ? E.left(mistakes) : E.right({ ...defaultTexts, ...loose, ...exact });
};

/** Puts the value, whatever it contains, in the place of the first `%s`; a template without one stays as it is. */
export const fill = (template: string, value: string): string => {
  const place = template.indexOf('%s');
  return place === -1 ? template : template.slice(0, place) + value + template.slice(place + 2);
};
