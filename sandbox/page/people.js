/** Invented customers. */

const names = [
  'Ana Pérez',
  'Bruno Díaz',
  'Carla Ruiz',
  'Diego Luna',
  'Elena Soto',
  'Fabio Nava',
  'Gala Ríos',
  'Hugo Mora',
];

const person = (provider, name, userId) => ({
  provider,
  name,
  userId,
  email: `${plain(name)}@example.com`,
  phoneNumber: provider === 'whatsapp' ? userId : '',
});

const plain = (name) =>
  name
    .normalize('NFD')
    .replace(/[^\p{L}\p{N} ]/gu, '')
    .toLowerCase()
    .trim()
    .replaceAll(' ', '.');

const people = [
  person('whatsapp', 'Ana Pérez', '5215550001001'),
  person('whatsapp', 'Bruno Díaz', '5215550001002'),
  person('whatsapp', 'Carla Ruiz', '5215550001003'),
  person('facebook', 'Diego Luna', '6199190013480001'),
  person('facebook', 'Elena Soto', '6199190013480002'),
];

export const peopleOn = (provider) => people.filter((candidate) => candidate.provider === provider);

export const findPerson = (provider, userId) =>
  people.find((candidate) => candidate.provider === provider && candidate.userId === userId);

/** Somebody who wrote from elsewhere: a test, or this page before it was loaded again. */
export const meet = (provider, userId) => {
  if (findPerson(provider, userId) === undefined)
    people.push(person(provider, `Customer ${userId.slice(-4)}`, userId));
};

export const invent = (provider) => {
  const digits = String(Math.floor(Math.random() * 1e7)).padStart(7, '0');
  const name = names[people.length % names.length];
  const made = person(provider, name, provider === 'whatsapp' ? `521555${digits}` : `619919001${digits}`);
  people.push(made);
  return made;
};

export const initials = (name) =>
  name
    .split(/\s+/u)
    .slice(0, 2)
    .map((part) => Array.from(part)[0] ?? '')
    .join('')
    .toUpperCase();
