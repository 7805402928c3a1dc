/**
 * Leaves actions out of a failing sequence as long as it fails without them: halves first, then ever smaller pieces
 * (Zeller's ddmin, by complements only). Each try costs a whole run, so `hasTime` may end it early.
 */
export async function shrinkActions<Action>(
  failing: readonly Action[],
  fails: (actions: readonly Action[]) => Promise<boolean>,
  hasTime: () => boolean,
): Promise<readonly Action[]> {
  let actions = failing;
  let pieces = 2;
  while (actions.length > 1 && pieces <= actions.length) {
    const size = Math.ceil(actions.length / pieces);
    let smaller: readonly Action[] | undefined;
    for (let first = 0; first < actions.length; first += size) {
      if (!hasTime()) return actions;
      const rest = actions.filter(
        (_, index) => index < first || index >= first + size,
      );
      if (await fails(rest)) {
        smaller = rest;
        break;
      }
    }
    if (smaller === undefined) {
      if (size === 1) return actions;
      pieces = Math.min(actions.length, pieces * 2);
    } else {
      actions = smaller;
      pieces = Math.max(2, pieces - 1);
    }
  }
  return actions;
}
