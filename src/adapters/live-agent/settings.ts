/** How to reach the desk and who we are there (configuration.md: SFC_*). */
export interface LiveAgentSettings {
  /** SFC_CHAT_URL, without `/chat/rest`; with or without a slash at its end. */
  readonly chatUrl: string;
  /** SFC_API_VERSION, as in 52. */
  readonly apiVersion: number;
  readonly organizationId: string;
  readonly deploymentId: string;
}
