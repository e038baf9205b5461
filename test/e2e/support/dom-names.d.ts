/** Names of the browser that the types of playwright-core mention. Nothing here runs in a browser. */
type Node = never;
type HTMLElement = never;
type SVGElement = never;
interface HTMLElementTagNameMap {
  readonly html: HTMLElement;
}
