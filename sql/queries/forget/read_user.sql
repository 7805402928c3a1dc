-- Whether anything is stored of a user but the number.
-- Parameters: $1 integer, the user. Rows: one, none where the user was never heard of; is_forgotten boolean.
-- Reads only.
select
  deleted_at is not null
  and num_nonnulls (
    username,
    age,
    gender,
    subscription_type,
    registration_date,
    country
  ) = 0 as is_forgotten
from
  users
where
  user_id = $1::integer
