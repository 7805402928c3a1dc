import { expect, test, vi } from "vitest";
import { PartitionRegister } from "#compose/event-source-mapping/partition-register.ts";

test("a partition is given to one invocation at a time", () => {
  const onChange = vi.fn<() => void>();
  const register = new PartitionRegister(onChange);
  const occupation = register.occupy([1, 2]);

  expect(register.isFree(1)).toBe(false);
  expect(register.isFree(3)).toBe(true);
  expect(() => register.occupy([2, 3])).toThrow(
    /Partition 2 has an invocation in flight already/,
  );
  expect(register.isFree(3)).toBe(true);

  occupation.release();
  expect(onChange).toHaveBeenCalledOnce();
  expect(register.isFree(1) && register.isFree(2)).toBe(true);
});

test("what was handled is remembered after the release and never goes back", () => {
  const register = new PartitionRegister(() => undefined);
  const occupation = register.occupy([1]);
  occupation.markHandled(1, 20);
  occupation.release();
  register.occupy([1]).markHandled(1, 10);

  expect(register.handledOffset(1)).toBe(20);
  expect(register.handledOffset(2)).toBeNull();
});

test("work in flight when a partition's offsets start again does not count for the new ones", () => {
  const register = new PartitionRegister(() => undefined);
  const occupation = register.occupy([1]);

  register.forget(1);
  occupation.markHandled(1, 20);

  expect(register.handledOffset(1)).toBeNull();
});
