import { RA, E } from '../../domain/fp.ts';
import type { Crm } from '../../application/ports/crm.port.ts';
import * as cases from './case.ts';
import * as contact from './contact-create.ts';
import * as search from './contact-search.ts';
import type { DataApi } from './data-api.ts';
import type { CrmSettings } from './settings.ts';

/** Contacts and cases in Salesforce. */
export const makeCrm = (api: DataApi, settings: CrmSettings): Crm => ({
  login: (deadline) => () => api.login(deadline),

  findContact: (query, deadline) => async () => {
    const composites = search.createRequests(api.root, settings, query).map(async ({ request, count }) => {
      const read = (
        response: Parameters<typeof search.handleResponse>[2],
      ): ReturnType<typeof search.handleResponse> => search.handleResponse(settings, count, response);
      const hits = await api.call('contact search', request, read, deadline);
      return E.isLeft(hits) ? [hits] : hits.right;
    });
    return search.firstHit(RA.flatten(await Promise.all(composites)));
  },

  createContact: (newcomer, deadline) => () => {
    const recordType = contact.personAccountType(settings, newcomer);
    return recordType === undefined
      ? api.call(
          'contact creation',
          contact.createRequest(settings, newcomer),
          contact.handleResponse,
          deadline,
        )
      : api.call(
          'contact creation',
          contact.createAccountRequest(api.root, settings, newcomer, recordType),
          contact.handleAccountResponse,
          deadline,
        );
  },

  findCase: (request, since, deadline) => () =>
    api.call('case search', cases.createSearchRequest(request, since), cases.handleSearchResponse, deadline),

  createCase: (request, deadline) => () =>
    api.call('case creation', cases.createRequest(settings, request), cases.handleResponse, deadline),
});
