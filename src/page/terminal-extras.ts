/**
 * What a terminal can do without at first: links to click, and drawing by the graphics card. Loaded after the first
 * prompt.
 */
import { WebLinksAddon } from '@xterm/addon-web-links';
import { WebglAddon } from '@xterm/addon-webgl';
import type { Terminal } from '@xterm/xterm';
import { openLink } from './links.ts';

export function addExtras(term: Terminal): void {
  term.loadAddon(new WebLinksAddon((_event, uri) => openLink(uri)));
  if (hasFastWebgl()) addWebgl(term);
}

/** Drawing by the document is slower than by a graphics card, but faster than by one that the processor plays. */
function hasFastWebgl(): boolean {
  const context = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  if (!context) return false;
  const info = context.getExtension('WEBGL_debug_renderer_info');
  const renderer: unknown = context.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : context.RENDERER);
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return !/swiftshader|llvmpipe|softpipe|basic render/i.test(String(renderer));
}

function addWebgl(term: Terminal): void {
  try {
    const webgl = new WebglAddon();
    // The browser takes contexts away when there are many: the document draws from then on.
    webgl.onContextLoss(() => {
      term.options.cursorBlink = false;
      webgl.dispose();
    });
    term.loadAddon(webgl);
    // The document blinks by an animation that always has a frame pending; Chromium then holds what comes after a key back
    // until that frame, and the echo misses it. Here a timer blinks.
    term.options.cursorBlink = !matchMedia('(prefers-reduced-motion: reduce)').matches;
  } catch {
    // The document draws.
  }
}
