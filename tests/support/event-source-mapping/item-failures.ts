/** A function's response that reports these records, as `<partition>:<offset>`, as failed. */
export const encodeItemFailures = (
  topic: string,
  records: readonly string[],
): Buffer =>
  Buffer.from(
    JSON.stringify({
      batchItemFailures: records.map((record) => {
        const [partition, offset] = record.split(":");
        return {
          itemIdentifier: {
            partition: `${topic}-${partition}`,
            offset: Number(offset),
          },
        };
      }),
    }),
  );
