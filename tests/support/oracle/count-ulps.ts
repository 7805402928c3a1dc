const view = new DataView(new ArrayBuffer(8));

/** The double's place among all doubles in rising order; both zeros have place 0. */
function findPlace(double: number): bigint {
  view.setFloat64(0, double);
  const bits = view.getBigUint64(0);
  const magnitude = BigInt.asUintN(63, bits);
  return bits === magnitude ? magnitude : -magnitude;
}

/** How many doubles apart two doubles are; NaN is as far as can be from everything. */
export function countUlps(left: number, right: number): bigint {
  if (left === right) {
    return 0n;
  }
  if (Number.isNaN(left) || Number.isNaN(right)) {
    return 1n << 64n;
  }
  const distance = findPlace(left) - findPlace(right);
  return distance < 0n ? -distance : distance;
}
