-- A play that comes days late lies among the newest facts, and a range of pages with one such play in it spans these days:
-- with a hundredth of the plays late, a BRIN index answers with all pages since the first of them, for every window that is
-- revised. A B-tree names the window's facts alone. As facts come about in the order of their time, it is added to at its
-- end.
--
-- Micro-batches wait while it is built, some 20 s for 20 million facts, or come again.
drop index stream_events_timestamp_idx;

create index stream_events_timestamp_idx on stream_events ("timestamp");
