/** Opens what a program printed as a link: the web, and nothing that would run in this page. */
export function openLink(uri: string): void {
  const { protocol } = new URL(uri);
  if (protocol === 'https:' || protocol === 'http:') window.open(uri, '_blank', 'noopener,noreferrer');
}
