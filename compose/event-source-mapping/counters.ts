/** Counters under AWS's names, of this mapping since it was started; each record counts once (27, 28). */
export interface EventCounters {
  PolledEventCount: number;
  FilteredOutEventCount: number;
  /** Events sent to the function, once for each attempt. */
  InvokedEventCount: number;
  FailedInvokeEventCount: number;
  DroppedEventCount: number;
  OnFailureDestinationDeliveredEventCount: number;
  OnFailureDestinationDeliveryErrorCount: number;
  CommittedEventCount: number;
  InvokeErrorCount: number;
  CommitErrorCount: number;
  /** Times that a partition went on from its oldest record, because its offset was gone (13). */
  OffsetOutOfRangeCount: number;
  /** Not among AWS's: what is left of the sum polled = filtered + succeeded + delivered + dropped + pending. */
  SucceededEventCount: number;
}

/** `EventCounters` and what follows from them and from the partitions. */
export interface CountersSnapshot extends Readonly<EventCounters> {
  readonly PendingEventCount: number;
  readonly MaxOffsetLag: number;
  readonly SumOffsetLag: number;
}

export function createCounters(): EventCounters {
  return {
    PolledEventCount: 0,
    FilteredOutEventCount: 0,
    InvokedEventCount: 0,
    FailedInvokeEventCount: 0,
    DroppedEventCount: 0,
    OnFailureDestinationDeliveredEventCount: 0,
    OnFailureDestinationDeliveryErrorCount: 0,
    CommittedEventCount: 0,
    InvokeErrorCount: 0,
    CommitErrorCount: 0,
    OffsetOutOfRangeCount: 0,
    SucceededEventCount: 0,
  };
}
