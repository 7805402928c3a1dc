-- Makes the transaction see one moment and change nothing; the first statement in it.
-- Rerun: no change.
set transaction isolation level repeatable read,
read only
