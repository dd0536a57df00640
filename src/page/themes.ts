/** The colours of the terminal. Contrast is at least 4.5:1 against the background for every text colour but black or white. */
import type { ITheme } from '@xterm/xterm';
import type { Disposable } from './emitter.ts';

const DARK: ITheme = {
  background: '#15171c',
  foreground: '#d8dce4',
  cursor: '#8fb8ff',
  cursorAccent: '#15171c',
  selectionBackground: '#3a4a66',
  black: '#23262d',
  red: '#f07178',
  green: '#8ccf7e',
  yellow: '#e5c76b',
  blue: '#7aa8ff',
  magenta: '#c792ea',
  cyan: '#6cc7d9',
  white: '#c4c9d4',
  brightBlack: '#878d9b',
  brightRed: '#ff8b92',
  brightGreen: '#a6e38f',
  brightYellow: '#ffdd85',
  brightBlue: '#9cc0ff',
  brightMagenta: '#ddb0ff',
  brightCyan: '#8fe0ef',
  brightWhite: '#ffffff',
};

const LIGHT: ITheme = {
  background: '#fbfbfd',
  foreground: '#24272e',
  cursor: '#2457c5',
  cursorAccent: '#fbfbfd',
  selectionBackground: '#c8d8f8',
  black: '#24272e',
  red: '#b3261e',
  green: '#256b2b',
  yellow: '#7a5600',
  blue: '#1f54c0',
  magenta: '#8a2f9e',
  cyan: '#0d6674',
  white: '#5c6370',
  brightBlack: '#646b78',
  brightRed: '#c4342b',
  brightGreen: '#2c7a33',
  brightYellow: '#876100',
  brightBlue: '#2d66d8',
  brightMagenta: '#9b3fb0',
  brightCyan: '#127486',
  brightWhite: '#3a3f49',
};

/** Calls with the theme that the system prefers, now and whenever that changes. */
export function followTheme(apply: (theme: ITheme) => void): Disposable {
  const light = matchMedia('(prefers-color-scheme: light)');
  const update = () => apply(light.matches ? LIGHT : DARK);
  light.addEventListener('change', update);
  update();
  return { dispose: () => light.removeEventListener('change', update) };
}
