// Which station of a machine should serve its volume. Pure: whoever holds the stations together tells what happens, and
// asks. The kernel of a machine decides by it (host/volume-directory.ts).
//
// - A station whose page is frozen or on its way out cannot serve.
// - One whose page is shown serves rather than one that is hidden, since browsers slow hidden pages down and freeze them.
//   It is waited for a while: people look at another tab and come back.
// - Among equals the one that makes the most calls serves: a call costs ten times more from another tab. A move makes
//   everybody wait, so it has to be worth it: a multiple of the calls, twice in a row, and some time after the last move.

interface Standing {
  visible: boolean;
  away: boolean;
  /** Calls in the last period that was reported. */
  calls: number;
}

/** Milliseconds that a hidden page goes on serving when another one is shown. */
export const HIDDEN_MS = 2000;
/** Milliseconds between two moves because of calls. */
export const STAY_MS = 5000;
/** How many times as many calls as the station that serves, and how many at least in a period. */
const MULTIPLE = 2;
const WORTH = 200;
/** Periods in a row. */
const PERIODS = 2;
/** Milliseconds that the best one may take to come; then anybody may serve. */
const PATIENCE_MS = 1000;

export class ServingPolicy {
  private readonly now: () => number;
  private readonly stations = new Map<number, Standing>();
  private server: number | undefined;
  /** Since when that one serves, or since when nobody does. */
  private since: number;
  private hiddenSince: number | undefined;
  private leader: number | undefined;
  private periods = 0;

  /** `now` in milliseconds. */
  constructor(now: () => number) {
    this.now = now;
    this.since = now();
  }

  add(station: number): void {
    this.stations.set(station, { visible: true, away: false, calls: 0 });
  }

  remove(station: number): void {
    this.stations.delete(station);
    this.left(station);
  }

  /** What became of the station's page. */
  page(station: number, change: { readonly visible?: boolean; readonly away?: boolean }): void {
    const standing = this.stations.get(station);
    if (standing === undefined) return;
    standing.visible = change.visible ?? standing.visible;
    standing.away = change.away ?? standing.away;
    if (station === this.server) this.noteHidden();
  }

  serves(station: number): void {
    this.server = station;
    this.since = this.now();
    this.leader = undefined;
    this.noteHidden();
  }

  /** The station serves no more. */
  left(station: number): void {
    if (this.server !== station) return;
    this.server = undefined;
    this.since = this.now();
  }

  /** How many calls each station has made in the period that ends now; none where it is not named. */
  report(calls: readonly (readonly [station: number, calls: number])[]): void {
    const made = new Map(calls);
    for (const [station, standing] of this.stations) standing.calls = made.get(station) ?? 0;
    const leader = this.worthier();
    this.periods = leader === this.leader ? this.periods + 1 : 1;
    this.leader = leader;
  }

  /** May this station, that could, serve now? False: it must leave the place to a better one, and come again. */
  mayServe(station: number): boolean {
    if (this.stations.get(station)?.away === true) return false;
    return this.best() === station || this.now() - this.since > PATIENCE_MS;
  }

  /** The station that the volume should move to now; undefined when it should stay. */
  successor(): number | undefined {
    const here = this.serving;
    const best = this.best();
    if (here === undefined || best === undefined || best === this.server) return undefined;
    const there = this.stations.get(best) as Standing;
    if (here.away) return best;
    if (!here.visible && there.visible) return this.hiddenFor >= HIDDEN_MS ? best : undefined;
    const due = this.periods >= PERIODS && this.now() - this.since >= STAY_MS;
    return due ? this.worthier() : undefined;
  }

  /** Milliseconds after which `successor` may say something else though nothing has happened. */
  get changesIn(): number | undefined {
    if (this.hiddenSince === undefined || this.stations.size < 2) return undefined;
    const left = HIDDEN_MS - this.hiddenFor;
    return left > 0 ? left : undefined;
  }

  private get serving(): Standing | undefined {
    return this.server === undefined ? undefined : this.stations.get(this.server);
  }

  private get hiddenFor(): number {
    return this.hiddenSince === undefined ? 0 : this.now() - this.hiddenSince;
  }

  private noteHidden(): void {
    if (this.serving?.visible !== false) this.hiddenSince = undefined;
    else this.hiddenSince ??= this.now();
  }

  /** A station that makes so many more calls than the one that serves that a move pays. */
  private worthier(): number | undefined {
    const here = this.serving;
    const best = this.best();
    if (here === undefined || best === undefined || best === this.server) return undefined;
    const there = this.stations.get(best) as Standing;
    return there.calls >= Math.max(WORTH, here.calls * MULTIPLE) ? best : undefined;
  }

  /** The one to serve if nobody did: of those that can, those that are shown, the busiest; the eldest of equals. */
  private best(): number | undefined {
    let best: number | undefined;
    let most = Number.NEGATIVE_INFINITY;
    for (const [station, { visible, away, calls }] of this.stations) {
      if (away) continue;
      const rank = calls + (visible ? 2 ** 40 : 0);
      if (rank <= most) continue;
      best = station;
      most = rank;
    }
    return best;
  }
}
