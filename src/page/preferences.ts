/** Small choices of the person at this browser. A browser that keeps nothing forgets them: that is no error. */

export function preference(name: string): string | undefined {
  try {
    return localStorage.getItem(name) ?? undefined;
  } catch {
    return undefined;
  }
}

export function setPreference(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Blocked site data: the choice lasts as long as the page.
  }
}
