/** Query units that an answer names (`query-charge`); 0 where it names none. */
export function chargeOf(header: string | undefined): number {
  const charge = Number(header ?? 0);
  return Number.isFinite(charge) && charge > 0 ? charge : 0;
}
