-- A play that comes days late lies among the newest facts, and a range of pages with one such play in it spans these days:
-- with a hundredth of the plays late, a BRIN index answers with all pages since the first of them, for every window that is
-- revised. A B-tree names the window's facts alone. As facts come about in the order of their time, it is added to at its
-- end.
--
-- While it is built, some 20 s for 20 million facts, facts can be read, and micro-batches wait or come again.
create index stream_events_time_idx on stream_events ("timestamp");

drop index stream_events_timestamp_idx;

alter index stream_events_time_idx
rename to stream_events_timestamp_idx;
