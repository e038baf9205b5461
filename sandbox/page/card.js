import { el } from './dom.js';

const caseFields = ['CaseNumber', 'Subject', 'Description', 'Origin', 'Status', 'Priority', 'OwnerId', 'Id'];
const contactFields = ['FirstName', 'LastName', 'Email', 'MobilePhone', 'CP_BlockedChatYalo__c', 'Id'];
const labels = {
  MobilePhone: 'Mobile',
  FirstName: 'First name',
  LastName: 'Last name',
  CP_BlockedChatYalo__c: 'Blocked',
  OwnerId: 'Owner',
  CaseNumber: 'Number',
};

const drawn = new WeakMap();

const list = (title, record, fields) => {
  if (record === undefined) return [el('h4', {}, title), el('p', { class: 'nothing' }, 'none')];
  const rows = fields
    .filter((field) => record[field] !== undefined && record[field] !== '')
    .map((field) => el('div', {}, el('dt', {}, labels[field] ?? field), el('dd', {}, record[field])));
  return [el('h4', {}, title), el('dl', {}, ...rows)];
};

const session = ({ id, lastSequence, duplicates, redelivered, failovers }) => ({
  Posts: String(lastSequence),
  Repeated: String(duplicates),
  'Given again': String(redelivered),
  Failovers: String(failovers),
  Chat: id,
});

/** What the agent sees beside the talk: case, contact, files, and how the session fares. */
export const drawCard = (node, chat) => {
  const { case: caseRecord, contact, files } = chat;
  const wire = session(chat);
  const text = JSON.stringify([caseRecord, contact, files, wire]);
  if (drawn.get(node) === text) return;
  drawn.set(node, text);
  node.replaceChildren(
    ...list('Case', caseRecord, caseFields),
    ...(files.length === 0
      ? []
      : [el('h4', {}, 'Files'), el('ul', {}, ...files.map((name) => el('li', {}, name)))]),
    ...list('Contact', contact, contactFields),
    ...list('Session', wire, Object.keys(wire)),
  );
};
