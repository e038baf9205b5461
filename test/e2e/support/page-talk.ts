import type { Locator, Page } from 'playwright-core';

/** What one person does on the sandbox's page, by its visible names. Each step waits until the page shows its effect. */
export class PageTalk {
  readonly phone: Locator;
  readonly phoneLog: Locator;
  readonly console: Locator;
  readonly transcript: Locator;
  readonly events: Locator;
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
    this.phone = page.getByRole('region', { name: 'Customer’s phone' });
    this.phoneLog = page.getByRole('log', { name: 'Conversation on the phone' });
    this.console = page.getByRole('region', { name: 'Agent’s console' });
    this.transcript = page.getByRole('log', { name: 'Transcript' });
    this.events = page.getByRole('group', { name: 'Events, the newest first' });
  }

  async live(): Promise<void> {
    await this.#page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  }

  async channel(name: 'WhatsApp' | 'Facebook'): Promise<void> {
    await this.phone.getByRole('radio', { name }).check();
  }

  async say(text: string, as: 'Customer' | 'Bot' = 'Customer'): Promise<void> {
    await this.phone.getByLabel('Who speaks').selectOption(as);
    await this.phone.getByLabel('Message', { exact: true }).fill(text);
    await this.phone.getByRole('button', { name: 'Send', exact: true }).click();
    await this.onPhone(text);
  }

  async sendPicture(name: string, buffer: Buffer): Promise<void> {
    await this.phone.getByLabel('Image or file').setInputFiles({ name, mimeType: 'image/png', buffer });
    await this.phoneLog.getByRole('img').last().waitFor();
  }

  async askForHuman(): Promise<void> {
    await this.phone.getByRole('button', { name: 'Ask for a human' }).click();
    await this.onPhone('Asked for a human: Chat created succefully');
  }

  /** The first chat with that customer in the console's list, which begins with the queue. */
  async choose(name: string): Promise<void> {
    await this.console.getByRole('navigation').getByRole('button', { name }).first().click();
  }

  async accept(): Promise<void> {
    await this.console.getByRole('button', { name: 'Accept', exact: true }).click();
    await this.deskState('active with Andrea');
  }

  async answer(text: string): Promise<void> {
    await this.console.getByLabel('Answer').fill(text);
    await this.console.getByRole('button', { name: 'Send', exact: true }).click();
    await this.inTranscript(text);
  }

  async transfer(name: string): Promise<void> {
    await this.console.getByLabel('To', { exact: true }).fill(name);
    await this.console.getByRole('button', { name: 'Transfer', exact: true }).click();
    await this.deskState(`active with ${name}`);
  }

  async end(): Promise<void> {
    await this.console.getByRole('button', { name: 'End chat' }).click();
    await this.deskState('ended: agent');
  }

  async onPhone(text: string): Promise<void> {
    await this.phoneLog.getByText(text).last().waitFor();
  }

  async inTranscript(text: string): Promise<void> {
    await this.transcript.getByText(text).last().waitFor();
  }

  /** In what stands beside the transcript: case, files, contact. */
  async beside(text: string): Promise<void> {
    await this.console.getByRole('complementary').getByText(text).first().waitFor();
  }

  async deskState(text: string): Promise<void> {
    await this.console.getByText(text, { exact: true }).first().waitFor();
  }
}
